// From here on every place that base64 of a longer text can give a value leaves enough of it to be recognised.
const MIN_BYTES_WITHIN_BASE64 = 8;
const DIGITS = [...Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')];
const URL_DIGITS = DIGITS.map(code => inUrls(String.fromCharCode(code)).charCodeAt(0));

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
  const others = forms.filter(form => form.includes('+') || form.includes('/')).map(inUrls);
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

/**
 * Tells four characters of each form of a value, and of those alone, as one number, eight bits each: of three bytes that
 * lie in one group of base64.
 */
export function eachBase64Group(value: string, visit: (group: number) => void): void {
  const bytes = bytesAsText(value);
  const last = bytes.length < MIN_BYTES_WITHIN_BASE64 ? 0 : 2;
  for (let at = 0; at <= last; at++) {
    const bits = (bytes.charCodeAt(at) << 16) | (bytes.charCodeAt(at + 1) << 8) | bytes.charCodeAt(at + 2);
    const group = inDigits(bits, DIGITS);
    const groupInUrls = inDigits(bits, URL_DIGITS);
    visit(group);
    if (groupInUrls !== group) visit(groupInUrls);
  }
}

function inDigits(bits: number, digits: readonly number[]): number {
  const first = (digits[bits >> 18]! << 24) | (digits[(bits >> 12) & 63]! << 16);
  return first | (digits[(bits >> 6) & 63]! << 8) | digits[bits & 63]!;
}

function inUrls(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}
