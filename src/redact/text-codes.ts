import { endianness } from 'node:os';

const FEW = 1 << 16;
// Up to here it takes longer to call the encoder than to read one code after the other.
const SHORT = 32;
const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** A text as numbers. */
export interface ReadText {
  /** Its UTF-16 codes and a 0 behind them, then anything. */
  readonly codes: Uint16Array;
  /** The same, two at once: see {@link pairOf}. */
  readonly pairs: Int32Array;
}

/** Reads texts as arrays of their UTF-16 codes: one by one these cost half of what `charCodeAt` costs. */
export class TextCodes {
  #room = roomFor(0);

  /** Good until it reads the next text. */
  of(text: string): ReadText {
    if (text.length < this.#room.codes.length) return fill(this.#room, text);
    if (text.length >= FEW) return fill(roomFor(text.length), text);
    this.#room = roomFor(Math.min(FEW, 2 * text.length));
    return fill(this.#room, text);
  }
}

/**
 * Room for texts, lent to one reader at a time: while one reads, a function of the application may be called that makes
 * us read another.
 */
export class CodesPool {
  readonly #free: TextCodes[] = [];

  take(): TextCodes {
    return this.#free.pop() ?? new TextCodes();
  }

  giveBack(codes: TextCodes): void {
    this.#free.push(codes);
  }
}

/** Of two characters in a row their seven lower bits: the first, and 128 times the second. */
export const pairOf: (pair: number) => number = IS_LITTLE_ENDIAN
  ? pair => (pair & 0x7f) | ((pair >> 9) & 0x3f80)
  : pair => ((pair >> 16) & 0x7f) | ((pair & 0x7f) << 7);

interface Room extends ReadText {
  readonly bytes: Buffer;
}

/** For so many codes and the 0 behind them. */
function roomFor(length: number): Room {
  const evenLength = (length + 2) & ~1;
  const bytes = Buffer.allocUnsafeSlow(2 * evenLength);
  return { bytes, codes: new Uint16Array(bytes.buffer), pairs: new Int32Array(bytes.buffer) };
}

function fill(room: Room, text: string): ReadText {
  const { bytes, codes } = room;
  if (text.length > SHORT && IS_LITTLE_ENDIAN) bytes.write(text, 'utf16le');
  else for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at);
  codes[text.length] = 0;
  return room;
}
