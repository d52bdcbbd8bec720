/** `[from, to, from, to, …]` in a text, in order and without overlaps. */
export type Spans = readonly number[];

/** A way of writing a secret. */
interface Form {
  readonly text: string;
  readonly isBase64: boolean;
}

const BUCKETS = 4_096;
// Up to here a form may be a part of an ordinary word or number, and counts only where it stands alone.
const MIN_LENGTH_WITHIN_WORDS = 8;
// From here on every place that base64 of a longer text can give a value leaves enough of it to be recognised.
const MIN_BYTES_WITHIN_BASE64 = 8;

/**
 * Finds many values in one pass over a text, each as it is and in base64: alone or anywhere inside a longer text
 * (`Basic` credentials, the payload of a JWT), whichever of the three ways it falls on the groups of base64.
 */
export class ValueSearch {
  /** Whether any form begins with two such characters: most places of a text are done with at one glance. */
  readonly #isUsed = new Uint8Array(BUCKETS);
  readonly #forms = new Map<number, Form[]>();
  #shortest = Infinity;

  constructor(values: Iterable<string>) {
    for (const value of values) {
      this.#add({ text: value, isBase64: false });
      // As forms and queries write it.
      if (value.includes(' ')) this.#add({ text: value.replaceAll(' ', '+'), isBase64: false });
      for (const text of base64Forms(value)) this.#add({ text, isBase64: true });
    }
  }

  /**
   * @param work Characters that may be compared; what is left of them is kept there.
   * @returns `undefined` when the work ran out before the end.
   */
  find(text: string, work: { left: number }): Spans | undefined {
    const spans: number[] = [];
    for (let at = 0, end = text.length - this.#shortest; at <= end; at++) {
      const bucket = bucketOf(text, at);
      if (this.#isUsed[bucket] === 0) continue;
      for (const form of this.#forms.get(bucket)!) {
        if (!mayStandAt(text, at, form.text)) continue;
        work.left -= form.text.length;
        if (work.left < 0) return undefined;
        if (text.startsWith(form.text, at)) addSpan(spans, text, at, form);
      }
    }
    return spans;
  }

  #add(form: Form): void {
    const bucket = bucketOf(form.text, 0);
    const others = this.#forms.get(bucket);
    if (others) others.push(form);
    else this.#forms.set(bucket, [form]);
    this.#isUsed[bucket] = 1;
    this.#shortest = Math.min(this.#shortest, form.text.length);
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

function bucketOf(text: string, at: number): number {
  return (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) & (BUCKETS - 1);
}

/** Two looks that spare most comparisons of secrets that begin alike, such as tokens of one issuer. */
function mayStandAt(text: string, at: number, form: string): boolean {
  const last = form.length - 1;
  const middle = form.length >> 1;
  return (
    text.charCodeAt(at + last) === form.charCodeAt(last) && text.charCodeAt(at + middle) === form.charCodeAt(middle)
  );
}

function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(`\0\0${value}`);
  const count = bytes.byteLength - 2;
  if (count < MIN_BYTES_WITHIN_BASE64) return withUrlAlphabet([bytes.toString('base64', 2).replace(/=+$/, '')]);
  const shifted = [0, 1, 2].map(shift =>
    bytes
      .toString('base64', 2 - shift)
      // Only the characters that the value alone decides.
      .slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + count) * 8) / 6)),
  );
  return withUrlAlphabet(shifted);
}

function withUrlAlphabet(forms: readonly string[]): readonly string[] {
  const others = forms
    .filter(form => form.includes('+') || form.includes('/'))
    .map(form => form.replaceAll('+', '-').replaceAll('/', '_'));
  return others.length === 0 ? forms : [...forms, ...others];
}

function isWordCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127;
}

function isBase64Character(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /[\w+/-]/.test(text[at]!);
}
