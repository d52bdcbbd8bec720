import { parseJson } from './json-texts';
import type { ReadText, TextCodes } from './text-codes';

const BLANK = 32;
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Instead of the place behind what was asked for: it is not there. */
export const NOWHERE = -1;

/**
 * Finds its way through JSON text without parsing it. Knows no control characters: in texts they are errors, between values
 * line breaks. Each text has to be passed once, in order, by `textEnd` or `isNameAt`.
 */
export class JsonReader {
  readonly text: string;
  /** The same as numbers. */
  readonly read: ReadText;
  readonly codes: Uint16Array;
  /** The text that was passed last holds escapes. */
  hasEscapes = false;
  /** The next backslash. */
  #escapeAt = Infinity;

  /** @param codes Nobody else may use it meanwhile. */
  constructor(text: string, codes: TextCodes) {
    this.text = text;
    this.read = codes.of(text);
    this.codes = this.read.codes;
    this.#passEscapes(0);
  }

  skipBlanks(from: number): number {
    let at = from;
    while (this.codes[at] === BLANK) at++;
    return at;
  }

  /** The place behind a text's closing quote. */
  textEnd(at: number): number {
    const { text, codes } = this;
    if (codes[at] !== QUOTE) return NOWHERE;
    let quoteAt = text.indexOf('"', at + 1);
    this.hasEscapes = this.#escapeAt < quoteAt;
    if (!this.hasEscapes) return quoteAt === -1 ? NOWHERE : quoteAt + 1;
    while (quoteAt !== -1 && isEscaped(codes, quoteAt)) quoteAt = text.indexOf('"', quoteAt + 1);
    if (quoteAt === -1) return NOWHERE;
    this.#passEscapes(quoteAt);
    return quoteAt + 1;
  }

  /** The text that was passed last, as the value that it stands for. */
  textAt(at: number, end: number): string | undefined {
    if (end === NOWHERE) return undefined;
    if (!this.hasEscapes) return this.text.slice(at + 1, end - 1);
    return parseJson(this.text.slice(at, end)) as string | undefined;
  }

  /** Whether a text is this name, written without escapes. */
  isNameAt(at: number, name: string): boolean {
    const { codes } = this;
    if (codes[at] !== QUOTE || codes[at + 1 + name.length] !== QUOTE) return false;
    for (let place = 0; place < name.length; place++) {
      const code = name.charCodeAt(place);
      if (codes[at + 1 + place] !== code || code === QUOTE || code === BACKSLASH || code === 0) return false;
    }
    this.hasEscapes = false;
    return true;
  }

  digitsEnd(from: number): number {
    const { codes } = this;
    let at = from;
    while (codes[at]! >= ZERO && codes[at]! <= NINE) at++;
    return at;
  }

  /** A number as it is written. */
  numberAt(at: number): string | undefined {
    NUMBER.lastIndex = at;
    return NUMBER.exec(this.text)?.[0];
  }

  /** The end of a value of which nothing else is asked, and which may be no JSON. */
  valueEnd(start: number): number {
    const { codes, text } = this;
    let depth = 0;
    for (let at = start; at < text.length;) {
      const code = codes[at];
      if (code === QUOTE) {
        at = this.textEnd(at);
        if (at === NOWHERE || depth === 0) return at;
        continue;
      }
      if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
      else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
        if (depth <= 1) return depth === 1 ? at + 1 : at;
        depth--;
      } else if (depth === 0 && code === COMMA) return at;
      at++;
    }
    return text.length;
  }

  #passEscapes(at: number): void {
    const next = this.text.indexOf('\\', at);
    this.#escapeAt = next === -1 ? Infinity : next;
  }
}

/** Whether an odd number of backslashes stands before the place. */
function isEscaped(codes: Uint16Array, place: number): boolean {
  let at = place - 1;
  while (codes[at] === BACKSLASH) at--;
  return (place - at) % 2 === 0;
}
