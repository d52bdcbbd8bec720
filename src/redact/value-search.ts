/** `[from, to, from, to, …]` in a text, in order and without overlaps. */
export type Spans = readonly number[];

/** A way of writing a secret. */
interface Form {
  readonly text: string;
  readonly isBase64: boolean;
  /** Of the same hash. */
  readonly next: Form | undefined;
}

// Four characters in a row make a hash: a secret has no fewer.
const WINDOW = 4;
const HASHES = 1 << 13;
const PERCENT = 37;
const BACKSLASH = 92;
// Up to here a form may be a part of an ordinary word or number, and counts only where it stands alone.
const MIN_LENGTH_WITHIN_WORDS = 8;
// From here on every place that base64 of a longer text can give a value leaves enough of it to be recognised.
const MIN_BYTES_WITHIN_BASE64 = 8;

/**
 * Finds many values in one pass over a text, each as it is and in base64: alone or anywhere inside a longer text
 * (`Basic` credentials, the payload of a JWT), whichever of the three ways it falls on the groups of base64.
 */
export class ValueSearch {
  /** A bit for each hash that some form has: most places of a text are done with at one glance. */
  readonly #isUsed = new Int32Array(HASHES / 32);
  readonly #forms = new Map<number, Form>();
  readonly #shortest: number;
  /** Where the hashed characters stand in each form: as far behind as all have them, because many begin alike. */
  readonly #windowAt: number;

  constructor(values: Iterable<string>) {
    const plain = [...values];
    // As forms and queries write it.
    const written = plain.filter(value => value.includes(' ')).map(value => value.replaceAll(' ', '+'));
    const encoded = base64Forms(plain);
    this.#shortest = Math.min(...[plain, encoded].map(shortestOf));
    this.#windowAt = this.#shortest - WINDOW;
    for (const text of plain) this.#add(text, false);
    for (const text of written) this.#add(text, false);
    for (const text of encoded) this.#add(text, true);
  }

  /** Whether a look at the text is worth its while: it may hold a form, or escapes that hide one. */
  mayBeIn(text: string): boolean {
    const isUsed = this.#isUsed;
    const first = this.#windowAt + WINDOW - 1;
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      hash = hashWith(hash, code);
      if (at >= first && (isUsed[hash >> 5]! & (1 << (hash & 31))) !== 0) return true;
      if (code === PERCENT || code === BACKSLASH) return true;
    }
    return false;
  }

  /**
   * @param work Characters that may be compared; what is left of them is kept there.
   * @returns `undefined` when the work ran out before the end.
   */
  find(text: string, work: { left: number }): Spans | undefined {
    const spans: number[] = [];
    const isUsed = this.#isUsed;
    let hash = 0;
    for (let at = 1 - WINDOW - this.#windowAt, end = 0; end < text.length; at++, end++) {
      hash = hashWith(hash, text.charCodeAt(end));
      if (at < 0 || (isUsed[hash >> 5]! & (1 << (hash & 31))) === 0) continue;
      for (let form = this.#forms.get(hash); form !== undefined; form = form.next) {
        if (!mayStandAt(text, at, form.text)) continue;
        work.left -= form.text.length;
        if (work.left < 0) return undefined;
        if (text.startsWith(form.text, at)) addSpan(spans, text, at, form);
      }
    }
    return spans;
  }

  #add(text: string, isBase64: boolean): void {
    let hash = 0;
    for (let at = this.#windowAt; at < this.#windowAt + WINDOW; at++) hash = hashWith(hash, text.charCodeAt(at));
    this.#forms.set(hash, { text, isBase64, next: this.#forms.get(hash) });
    this.#isUsed[hash >> 5]! |= 1 << (hash & 31);
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

function addSpan(spans: number[], text: string, at: number, { text: form, isBase64 }: Form): void {
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

function shortestOf(texts: readonly string[]): number {
  return texts.reduce((shortest, { length }) => Math.min(shortest, length), Infinity);
}

/** Two looks that spare most comparisons of secrets that begin alike, such as tokens of one issuer. */
function mayStandAt(text: string, at: number, form: string): boolean {
  const last = form.length - 1;
  const middle = form.length >> 1;
  return (
    text.charCodeAt(at + last) === form.charCodeAt(last) && text.charCodeAt(at + middle) === form.charCodeAt(middle)
  );
}

/** Of all values at once, because each call of the encoder costs more than the encoding. */
function base64Forms(values: readonly string[]): readonly string[] {
  const forms: string[] = [];
  let joined = '';
  const ends: number[] = [];
  for (const value of values) {
    const bytes = bytesAsText(value);
    for (let shift = 0; shift < (bytes.length < MIN_BYTES_WITHIN_BASE64 ? 1 : 3); shift++) {
      // Four characters tell three bytes: only those that the value alone decides.
      const start = (joined.length / 3) * 4;
      joined += '\0\0'.slice(0, shift) + bytes;
      ends.push(start + Math.ceil((shift * 8) / 6), start + endOfForm(shift, bytes.length));
      joined += '\0\0'.slice(0, (3 - (joined.length % 3)) % 3);
    }
  }
  const encoded = Buffer.from(joined, 'latin1').toString('base64');
  for (let at = 0; at < ends.length; at += 2) forms.push(encoded.slice(ends[at], ends[at + 1]));
  const others = forms
    .filter(form => form.includes('+') || form.includes('/'))
    .map(form => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...forms, ...others];
}

/** A short value is looked for as a whole, with the bits that fill its last character. */
function endOfForm(shift: number, length: number): number {
  const characters = ((shift + length) * 8) / 6;
  return length < MIN_BYTES_WITHIN_BASE64 ? Math.ceil(characters) : Math.floor(characters);
}

/** The text in UTF-8, one character for each byte. */
function bytesAsText(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text).toString('latin1');
}

function isWordCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
}

function isBase64Character(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\w+/-]/.test(text[at]!);
}
