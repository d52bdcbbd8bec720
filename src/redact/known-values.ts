import type { JsonValue } from '../record/json-value';
import { decodeEscapes } from './decode-escapes';
import { REDACTED } from './markers';
import { CodesPool } from './text-codes';
import { type Spans, ValueSearch, uniteSpans } from './value-search';

// Bounds of the work that one record may cost.
const MAX_VALUES = 2_048;
const MAX_LEAVES = 512;
const MAX_LENGTH = 16_384;
const MAX_COMPARED_CHARACTERS = 8_000_000;
// An address inside an address is escaped twice.
const MAX_DECODINGS = 2;
// Shorter ones are found in half of all texts, and keep no secret.
const MIN_LENGTH = 4;
const TRIVIAL: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'undefined']);
const LONGEST_TRIVIAL = 9;

/** The secret texts met in one exchange, removed wherever else its record would tell them. */
export class KnownValues {
  readonly #values = new Set<string>();
  readonly #work = { left: MAX_COMPARED_CHARACTERS };
  readonly #pool: CodesPool;
  #search: ValueSearch | undefined;

  constructor(pool = new CodesPool()) {
    this.#pool = pool;
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  get size(): number {
    return this.#values.size;
  }

  /** Forgets all but those that were there when there were so many. */
  keepFirst(size: number): void {
    for (const value of [...this.#values].slice(size)) this.#values.delete(value);
    this.#search = undefined;
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

  /** No shorter text can hold one. */
  get shortest(): number {
    if (this.isEmpty) return Infinity;
    return this.#values.size > MAX_VALUES ? MIN_LENGTH : this.#searchOfAll().shortest;
  }

  /** Whether `removeFrom` may change one of these parts of a text. */
  mayBeInParts(text: string, parts: Spans): boolean {
    if (this.isEmpty || parts.length === 0) return false;
    if (this.#values.size > MAX_VALUES) return true;
    const search = this.#searchOfAll();
    if (text.includes('%') || text.includes('\\')) return true;
    const room = this.#pool.take();
    const { codes } = room.of(text);
    let mayBe = false;
    for (let at = 0; at < parts.length && !mayBe; at += 2) {
      mayBe = search.mayBeInPart(codes, parts[at]!, parts[at + 1]!);
    }
    this.#pool.giveBack(room);
    return mayBe;
  }

  /**
   * The text without any of the values: as they are, in base64, and with the escapes of URLs and JSON. Fails closed when
   * that would cost too much: only a client that sends thousands of secrets loses the other texts of its record.
   */
  removeFrom(text: string): string {
    if (this.isEmpty || text.length < MIN_LENGTH) return text;
    if (this.#values.size > MAX_VALUES) return REDACTED;
    const search = this.#searchOfAll();
    if (text.length < search.shortest || !search.mayBeIn(text)) return text;
    const spans = this.#find(text, search);
    if (spans === undefined) return REDACTED;
    return spans.length === 0 ? text : cutOut(text, spans);
  }

  /** Whether it would remove anything from these parts of a text. */
  areInParts(text: string, parts: Spans): boolean {
    if (this.isEmpty) return false;
    if (this.#values.size > MAX_VALUES) return true;
    const search = this.#searchOfAll();
    const room = this.#pool.take();
    const { codes } = room.of(text);
    // Escapes of URLs may hide one.
    const hasEscapes = text.includes('%');
    let areIn = false;
    for (let at = 0; at < parts.length && !areIn; at += 2) {
      const from = parts[at]!;
      const to = parts[at + 1]!;
      if (to - from < search.shortest || (!hasEscapes && !search.mayBeInPart(codes, from, to))) continue;
      const part = text.slice(from, to);
      areIn = this.removeFrom(part) !== part;
    }
    this.#pool.giveBack(room);
    return areIn;
  }

  #searchOfAll(): ValueSearch {
    return (this.#search ??= new ValueSearch(this.#values, this.#pool));
  }

  #find(text: string, search: ValueSearch): Spans | undefined {
    const plain = search.find(text, this.#work);
    if (plain === undefined) return undefined;
    let found = plain;
    let places: readonly number[] | undefined;
    let decoded = decodeEscapes(text);
    for (let times = 0; decoded && times < MAX_DECODINGS; times++) {
      const inDecoded = search.find(decoded.text, this.#work);
      if (inDecoded === undefined) return undefined;
      const outer = places;
      places = outer ? decoded.places.map(place => outer[place]!) : decoded.places;
      const inText = places;
      if (inDecoded.length > 0) found = uniteSpans([found, inDecoded.map(place => inText[place]!)]);
      decoded = decodeEscapes(decoded.text);
    }
    return found;
  }

  #rememberLeaf(leaf: JsonValue | undefined): void {
    if (typeof leaf !== 'string' && typeof leaf !== 'number') return;
    if (this.#values.size > MAX_VALUES) return;
    const value = String(leaf).trim();
    if (value.length < MIN_LENGTH || value.length > MAX_LENGTH) return;
    if (value.length <= LONGEST_TRIVIAL && TRIVIAL.has(value.toLowerCase())) return;
    // Else every redaction would be redacted.
    if (value.length <= REDACTED.length && REDACTED.includes(value)) return;
    this.#values.add(value);
    this.#search = undefined;
  }
}

function cutOut(text: string, spans: Spans): string {
  let cleaned = '';
  let from = 0;
  for (let at = 0; at < spans.length; at += 2) {
    cleaned += text.slice(from, spans[at]) + REDACTED;
    from = spans[at + 1]!;
  }
  return cleaned + text.slice(from);
}
