import { base64Forms, eachBase64Group } from './base64-forms';
import { CodesPool } from './text-codes';

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
/** What a look at a form takes, in characters compared. */
const LOOK_COST = 8;
// The golden ratio: spreads hashes that differ in few bits.
const MIX = 0x9e3779b1;
const FEW_FORMS = 16;
const FEW_BITS = 12;
const MANY_BITS = 16;
const FEW = noHashes(FEW_BITS);
const MANY = noHashes(MANY_BITS);
// Up to here a form may be a part of an ordinary word or number, and counts only where it stands alone.
const MIN_LENGTH_WITHIN_WORDS = 8;

/**
 * Finds many values in a text, each as it is and in base64: alone or anywhere inside a longer text (`Basic` credentials,
 * the payload of a JWT), whichever of the three ways it falls on the groups of base64.
 */
export class ValueSearch {
  /** Of the values. Their other forms are no shorter, so that none stands in a text that is. */
  readonly shortest: number;
  readonly #values: readonly string[];
  /** The values, and those with blanks as forms and queries write them. */
  readonly #forms: readonly string[];
  /** Of these and of the values in base64. */
  readonly #hashes: Hashes;
  // Made when a text may hold such a form; most never do.
  #plain: FormSearch | undefined;
  #encoded: FormSearch | undefined;
  #encodedHashes: Hashes | undefined;

  readonly #pool: CodesPool;

  constructor(values: Iterable<string>, pool = new CodesPool()) {
    this.#pool = pool;
    this.#values = [...values];
    this.shortest = shortestOf(this.#values);
    const written = this.#values.filter(value => value.includes(' ')).map(value => value.replaceAll(' ', '+'));
    this.#forms = written.length === 0 ? this.#values : [...this.#values, ...written];
    this.#hashes = this.#hashesOfBase64();
    const windowAt = this.shortest - WINDOW;
    for (const form of this.#forms) this.#hashes.add(hashAt(form, windowAt));
  }

  /** Whether a look at the text is worth its while: it may hold a form, or escapes that hide one. */
  mayBeIn(text: string): boolean {
    return this.#areIn(text, this.#hashes) || text.includes('%') || text.includes('\\');
  }

  /** The same for a part of a text without escapes. */
  mayBeInPart(codes: Uint16Array, from: number, to: number): boolean {
    return this.#hashes.areInCodes(codes, from, to);
  }

  /**
   * @param work Characters that may be compared; what is left of them is kept there.
   * @returns `undefined` when the work ran out before the end.
   */
  find(text: string, work: { left: number }): Spans | undefined {
    const plain = this.#findPlain(text, work);
    this.#encodedHashes ??= this.#hashesOfBase64();
    if (plain === undefined || !this.#areIn(text, this.#encodedHashes)) return plain;
    this.#encoded ??= new FormSearch(base64Forms(this.#values), true);
    const encoded = this.#encoded.find(text, work);
    return encoded && (encoded.length === 0 ? plain : uniteSpans([plain, encoded]));
  }

  #areIn(text: string, hashes: Hashes): boolean {
    const room = this.#pool.take();
    const areIn = hashes.areInCodes(room.of(text).codes, 0, text.length);
    this.#pool.giveBack(room);
    return areIn;
  }

  #findPlain(text: string, work: { left: number }): Spans | undefined {
    // Most that are looked at closely hold none, and a few are asked for sooner than a search is made.
    if (this.#forms.length <= FEW_FORMS && !this.#forms.some(form => text.includes(form))) return [];
    this.#plain ??= new FormSearch(this.#forms, false);
    return this.#plain.find(text, work);
  }

  #hashesOfBase64(): Hashes {
    const hashes = new Hashes(this.#forms.length);
    const add = (hash: number): void => hashes.add(hash);
    for (const value of this.#values) eachBase64Group(value, add);
    return hashes;
  }
}

/** A bit for each hash that four characters of some form have: most texts are done with at one glance. */
class Hashes {
  readonly bits: number[];
  /** All of them, if they are few: one bit alone is set by chance in every other look at an exchange. */
  readonly #few: number[] | undefined;
  /** Of the mixed hash those bits that tell the place. */
  readonly shift: number;

  constructor(forms: number) {
    const areMany = forms > FEW_FORMS;
    this.bits = (areMany ? MANY : FEW).slice();
    this.shift = 32 - (areMany ? MANY_BITS : FEW_BITS);
    this.#few = areMany ? undefined : [];
  }

  add(hash: number): void {
    this.#few?.push(hash);
    const place = Math.imul(hash, MIX) >>> this.shift;
    this.bits[place >> 5]! |= 1 << (place & 31);
  }

  areInCodes(codes: Uint16Array, from: number, to: number): boolean {
    const { bits, shift } = this;
    let hash = 0;
    for (let at = from; at < to; at++) {
      // What lies four characters back has left the hash.
      hash = (hash << 8) ^ codes[at]!;
      const place = Math.imul(hash, MIX) >>> shift;
      if ((bits[place >> 5]! & (1 << (place & 31))) !== 0 && this.#isHash(hash)) return true;
    }
    return false;
  }

  #isHash(hash: number): boolean {
    return this.#few === undefined || this.#few.includes(hash);
  }
}

class FormSearch {
  readonly #hashes: Hashes;
  readonly #forms = new Map<number, Form>();
  readonly #isBase64: boolean;
  readonly #windowAt: number;

  constructor(forms: readonly string[], isBase64: boolean) {
    this.#isBase64 = isBase64;
    this.#windowAt = commonWindow(forms);
    this.#hashes = new Hashes(forms.length);
    for (const text of forms) this.#add(text);
  }

  find(text: string, work: { left: number }): Spans | undefined {
    const { bits, shift } = this.#hashes;
    const spans: number[] = [];
    let hash = 0;
    for (let at = 1 - WINDOW - this.#windowAt, end = 0; end < text.length; at++, end++) {
      hash = (hash << 8) ^ text.charCodeAt(end);
      const place = Math.imul(hash, MIX) >>> shift;
      if (at < 0 || (bits[place >> 5]! & (1 << (place & 31))) === 0) continue;
      for (let form = this.#forms.get(hash); form !== undefined; form = form.next) {
        // Many forms may share the four characters that are hashed.
        work.left -= LOOK_COST;
        if (work.left < 0) return undefined;
        if (!mayStandAt(text, at, form.text)) continue;
        work.left -= form.text.length;
        if (text.startsWith(form.text, at)) addSpan(spans, text, at, form.text, this.#isBase64);
      }
    }
    return spans;
  }

  #add(text: string): void {
    const hash = hashAt(text, this.#windowAt);
    this.#forms.set(hash, { text, next: this.#forms.get(hash) });
    this.#hashes.add(hash);
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

function noHashes(bits: number): readonly number[] {
  return Array.from({ length: 2 ** bits / 32 }, () => 0);
}

/** Where the hashed characters stand in each form: as far behind as all have them, because many begin alike. */
function commonWindow(forms: readonly string[]): number {
  return shortestOf(forms) - WINDOW;
}

function shortestOf(forms: readonly string[]): number {
  return forms.reduce((shortest, { length }) => Math.min(shortest, length), Infinity);
}

function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let end = at; end < at + WINDOW; end++) hash = (hash << 8) ^ text.charCodeAt(end);
  return hash;
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
  return /[a-z\d\x80-\uffff]/i.test(text.charAt(at));
}

function isBase64Character(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\w+/-]/.test(text[at]!);
}
