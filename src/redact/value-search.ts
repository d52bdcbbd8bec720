import { base64Forms, onlyHasLettersAndDigits, shortestBase64 } from './base64-forms';

/** `[from, to, from, to, …]` in a text, in order and without overlaps. */
export type Spans = readonly number[];

/** A way of writing a secret. */
interface Form {
  readonly text: string;
  /** Of the same hash. */
  readonly next: Form | undefined;
}

// Four characters in a row make a hash: a secret has no fewer.
const WINDOW = 4;
const HASHES = 1 << 13;
const NO_HASHES: readonly number[] = Array.from({ length: HASHES / 32 }, () => 0);
// What a character can be a part of.
const BASE64 = 1;
const ESCAPE = 2;
const KINDS = kindsOf('');
const KINDS_WITH_SYMBOLS = kindsOf('+/-_');
// Up to here a form may be a part of an ordinary word or number, and counts only where it stands alone.
const MIN_LENGTH_WITHIN_WORDS = 8;

/**
 * Finds many values in a text, each as it is and in base64: alone or anywhere inside a longer text (`Basic` credentials,
 * the payload of a JWT), whichever of the three ways it falls on the groups of base64.
 */
export class ValueSearch {
  readonly #values: readonly string[];
  readonly #plain: FormSearch;
  /** Made when a text may hold base64; most never do. */
  #encoded: FormSearch | undefined;
  readonly #shortestBase64: number;
  readonly #kinds: Uint8Array;

  constructor(values: Iterable<string>) {
    this.#values = [...values];
    // As forms and queries write it.
    const written = this.#values.filter(value => value.includes(' ')).map(value => value.replaceAll(' ', '+'));
    this.#plain = new FormSearch([...this.#values, ...written], false);
    this.#shortestBase64 = Math.min(...this.#values.map(shortestBase64));
    this.#kinds = this.#values.every(onlyHasLettersAndDigits) ? KINDS : KINDS_WITH_SYMBOLS;
  }

  /** Whether a look at the text is worth its while: it may hold a form, or escapes that hide one. */
  mayBeIn(text: string): boolean {
    const { hashes } = this.#plain;
    const kinds = this.#kinds;
    const longestRun = this.#shortestBase64 - 1;
    let hash = 0;
    let run = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      hash = hashWith(hash, code);
      if ((hashes[hash >> 5]! & (1 << (hash & 31))) !== 0) return true;
      const kind = code < kinds.length ? kinds[code] : 0;
      if (kind === 0) run = 0;
      else if (kind === ESCAPE || run++ === longestRun) return true;
    }
    return false;
  }

  /**
   * @param work Characters that may be compared; what is left of them is kept there.
   * @returns `undefined` when the work ran out before the end.
   */
  find(text: string, work: { left: number }): Spans | undefined {
    this.#encoded ??= new FormSearch(base64Forms(this.#values), true);
    const plain = this.#plain.find(text, work);
    const encoded = plain && this.#encoded.find(text, work);
    return encoded && (encoded.length === 0 ? plain : uniteSpans([plain, encoded]));
  }
}

class FormSearch {
  /** A bit for each hash that some form has: most places of a text are done with at one glance. */
  readonly hashes = NO_HASHES.slice();
  readonly #forms = new Map<number, Form>();
  readonly #isBase64: boolean;
  /** Where the hashed characters stand in each form: as far behind as all have them, because many begin alike. */
  readonly #windowAt: number;

  constructor(forms: readonly string[], isBase64: boolean) {
    this.#isBase64 = isBase64;
    this.#windowAt = forms.reduce((shortest, { length }) => Math.min(shortest, length), Infinity) - WINDOW;
    for (const text of forms) this.#add(text);
  }

  find(text: string, work: { left: number }): Spans | undefined {
    const spans: number[] = [];
    let hash = 0;
    for (let at = 1 - WINDOW - this.#windowAt, end = 0; end < text.length; at++, end++) {
      hash = hashWith(hash, text.charCodeAt(end));
      if (at < 0 || (this.hashes[hash >> 5]! & (1 << (hash & 31))) === 0) continue;
      for (let form = this.#forms.get(hash); form !== undefined; form = form.next) {
        if (!mayStandAt(text, at, form.text)) continue;
        work.left -= form.text.length;
        if (work.left < 0) return undefined;
        if (text.startsWith(form.text, at)) addSpan(spans, text, at, form.text, this.#isBase64);
      }
    }
    return spans;
  }

  #add(text: string): void {
    let hash = 0;
    for (let at = this.#windowAt; at < this.#windowAt + WINDOW; at++) hash = hashWith(hash, text.charCodeAt(at));
    this.#forms.set(hash, { text, next: this.#forms.get(hash) });
    this.hashes[hash >> 5]! |= 1 << (hash & 31);
  }
}

/** Several lists of spans as one. */
export function uniteSpans(lists: readonly Spans[]): Spans {
  const pairs: [number, number][] = [];
  for (const spans of lists) for (let at = 0; at < spans.length; at += 2) pairs.push([spans[at]!, spans[at + 1]!]);
  pairs.sort(([one], [other]) => one - other);
  const united: number[] = [];
  for (const [from, to] of pairs) push(united, from, to);
  return united;
}

function addSpan(spans: number[], text: string, at: number, form: string, isBase64: boolean): void {
  let from = at;
  let to = at + form.length;
  if (form.length < MIN_LENGTH_WITHIN_WORDS) {
    if (isWordCharacter(text, from - 1) || isWordCharacter(text, to)) return;
  } else if (isBase64) {
    // The characters at both ends hold bits of the secret too.
    if (isBase64Character(text, from - 1)) from--;
    if (isBase64Character(text, to)) to++;
  }
  push(spans, from, to);
}

function push(spans: number[], from: number, to: number): void {
  const last = spans.length - 1;
  if (last > 0 && from < spans[last]!) spans[last] = Math.max(spans[last]!, to);
  else spans.push(from, to);
}

/** What lies four characters back has left the hash. */
function hashWith(hash: number, code: number): number {
  return ((hash << 4) ^ code) & (HASHES - 1);
}

/** Two looks that spare most comparisons of secrets that begin alike, such as tokens of one issuer. */
function mayStandAt(text: string, at: number, form: string): boolean {
  const last = form.length - 1;
  const middle = form.length >> 1;
  return (
    text.charCodeAt(at + last) === form.charCodeAt(last) && text.charCodeAt(at + middle) === form.charCodeAt(middle)
  );
}

function isWordCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code > 127 || KINDS[code] === BASE64;
}

function kindsOf(symbols: string): Uint8Array {
  const kinds = new Uint8Array(128);
  for (let code = 0; code < kinds.length; code++) {
    const character = String.fromCharCode(code);
    if (/[a-z\d]/i.test(character) || symbols.includes(character)) kinds[code] = BASE64;
    if (character === '%' || character === '\\') kinds[code] = ESCAPE;
  }
  return kinds;
}

function isBase64Character(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\w+/-]/.test(text[at]!);
}
