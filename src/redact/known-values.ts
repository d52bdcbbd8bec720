import type { JsonValue } from '../record/json-value';
import { REDACTED } from './markers';

// Bounds of the work that one record may cost.
const MAX_VALUES = 64;
const MAX_LEAVES = 512;
const MAX_LENGTH = 16_384;
// Shorter ones are found in half of all texts, and keep no secret.
const MIN_LENGTH = 4;
// Up to here a value may be a part of an ordinary word or number, and is removed only where it stands alone.
const MIN_LENGTH_WITHIN_WORDS = 8;
const TRIVIAL: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'undefined']);
const LONGEST_TRIVIAL = 9;

/** How others write a value that they quote. */
const FORMS: readonly ((value: string) => string)[] = [value => value, quotedInJson];

/** The secret texts met in one exchange, removed wherever else its record would tell them. */
export class KnownValues {
  readonly #values = new Set<string>();
  #longestFirst: readonly string[] | undefined;

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  has(text: string): boolean {
    return this.#values.has(text);
  }

  /** Every text and number in a sensitive value. */
  remember(value: JsonValue | undefined): void {
    if (typeof value !== 'object' || value === null) return this.#rememberLeaf(value);
    const pending: JsonValue[] = [value];
    for (let at = 0; at < pending.length && at < MAX_LEAVES; at++) {
      const node = pending[at]!;
      if (typeof node !== 'object' || node === null) this.#rememberLeaf(node);
      else if (Array.isArray(node)) pending.push(...node.slice(0, MAX_LEAVES));
      else for (const key of Object.keys(node).slice(0, MAX_LEAVES)) pending.push(node[key]!);
    }
  }

  /** The text without any of the values. */
  removeFrom(text: string): string {
    this.#longestFirst ??= [...this.#values].sort((one, other) => other.length - one.length);
    let cleaned = text;
    for (const value of this.#longestFirst) {
      if (value.length > cleaned.length || !cleaned.includes(value)) continue;
      cleaned =
        value.length < MIN_LENGTH_WITHIN_WORDS ? removeWord(cleaned, value) : cleaned.replaceAll(value, REDACTED);
    }
    return cleaned;
  }

  #rememberLeaf(leaf: JsonValue | undefined): void {
    if (typeof leaf !== 'string' && typeof leaf !== 'number') return;
    const value = String(leaf).trim();
    if (value.length < MIN_LENGTH || value.length > MAX_LENGTH) return;
    if (value.length <= LONGEST_TRIVIAL && TRIVIAL.has(value.toLowerCase())) return;
    // Else every redaction would be redacted.
    if (REDACTED.includes(value)) return;
    for (const form of FORMS) {
      if (this.#values.size >= MAX_VALUES) return;
      this.#values.add(form(value));
    }
    this.#longestFirst = undefined;
  }
}

function quotedInJson(value: string): string {
  return /["\\\p{Cc}]/u.test(value) ? JSON.stringify(value).slice(1, -1) : value;
}

function removeWord(text: string, word: string): string {
  let cleaned = '';
  let from = 0;
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at < from || isWordCharacter(text, at - 1) || isWordCharacter(text, at + word.length)) continue;
    cleaned += text.slice(from, at) + REDACTED;
    from = at + word.length;
  }
  return cleaned + text.slice(from);
}

function isWordCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
}
