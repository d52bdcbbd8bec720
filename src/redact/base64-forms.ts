// From here on every place that base64 of a longer text can give a value leaves enough of it to be recognised.
const MIN_BYTES_WITHIN_BASE64 = 8;
// Of other bytes in the range of text no group of base64 is made that has a symbol in it.
const MAKES_SYMBOLS = /[>?~\x7f-\uffff]/;

/** Of all values at once, because each call of the encoder costs more than the encoding. */
export function base64Forms(values: readonly string[]): readonly string[] {
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

/** The length of the shortest form of a value, or less. */
export function shortestBase64({ length }: string): number {
  if (length < MIN_BYTES_WITHIN_BASE64) return endOfForm(0, length);
  return Math.min(endOfForm(0, length), endOfForm(1, length) - 2, endOfForm(2, length) - 3);
}

/** Whether its forms do; else they may hold `+` and `/`, or `-` and `_`. */
export function onlyHasLettersAndDigits(value: string): boolean {
  return !MAKES_SYMBOLS.test(value);
}
