/** A text whose escapes are undone, and where each of its characters stands in the original. */
export interface DecodedText {
  readonly text: string;
  /** Place of each character, and at the end the length of the original. */
  readonly places: readonly number[];
}

const PERCENT = 37;
const BACKSLASH = 92;
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Undoes the escapes of URLs and of JSON, whichever of them a writer chose to use: `%2f`, `%C3%A4`, `\"`, `\u00e4`. What
 * is no valid escape stays. `undefined` when there is none.
 */
export function decodeEscapes(text: string): DecodedText | undefined {
  if (!text.includes('%') && !text.includes('\\')) return undefined;
  let decoded = '';
  const places: number[] = [];
  let hasEscape = false;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const found =
      code === PERCENT ? percentEscape(text, at) : code === BACKSLASH ? backslashEscape(text, at) : undefined;
    const written = found?.[0] ?? text[at]!;
    for (let unit = 0; unit < written.length; unit++) places.push(at);
    decoded += written;
    at += found?.[1] ?? 1;
    if (found) hasEscape = true;
  }
  if (!hasEscape) return undefined;
  places.push(text.length);
  return { text: decoded, places };
}

type Escape = readonly [written: string, length: number];

/** One character, of one to four bytes in UTF-8. */
function percentEscape(text: string, at: number): Escape | undefined {
  const first = byteAt(text, at);
  if (first === undefined) return undefined;
  if (first < 0x80) return [String.fromCharCode(first), 3];
  const count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const bytes = [first];
  while (bytes.length < count) {
    const next = byteAt(text, at + 3 * bytes.length);
    if (next === undefined || next >> 6 !== 2) return undefined;
    bytes.push(next);
  }
  const character = Buffer.from(bytes).toString('utf8');
  return character.includes('\ufffd') ? undefined : [character, 3 * count];
}

function byteAt(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== PERCENT) return undefined;
  return hexNumber(text, at + 1, 2);
}

function backslashEscape(text: string, at: number): Escape | undefined {
  const letter = text[at + 1];
  if (letter === undefined) return undefined;
  if (letter === '"' || letter === '\\' || letter === '/') return [letter, 2];
  const control = LETTERS[letter];
  if (control !== undefined) return [control, 2];
  const code = letter === 'u' ? hexNumber(text, at + 2, 4) : undefined;
  return code === undefined ? undefined : [String.fromCharCode(code), 6];
}

function hexNumber(text: string, from: number, digits: number): number | undefined {
  let number = 0;
  for (let at = from; at < from + digits; at++) {
    // `a` and `A` differ in one bit, which digits have set.
    const code = text.charCodeAt(at) | 32;
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : -1;
    if (digit === -1) return undefined;
    number = number * 16 + digit;
  }
  return number;
}
