const FEW = 1 << 16;
// Up to here it takes longer to call the encoder than to read one code after the other.
const SHORT = 32;

/** Reads texts as arrays of their UTF-16 codes: one by one these cost half of what `charCodeAt` costs. */
export class TextCodes {
  #bytes = Buffer.alloc(0);
  #codes = new Uint16Array();

  /** The codes and a 0 behind them, then anything. Good until it reads the next text. */
  of(text: string): Uint16Array {
    const isLong = text.length >= FEW;
    if (text.length >= this.#codes.length) {
      const bytes = Buffer.allocUnsafeSlow(isLong ? 2 * text.length + 2 : Math.min(2 * FEW, 4 * text.length + 2));
      const codes = new Uint16Array(bytes.buffer);
      if (isLong) return fill(bytes, codes, text);
      this.#bytes = bytes;
      this.#codes = codes;
    }
    return fill(this.#bytes, this.#codes, text);
  }
}

function fill(bytes: Buffer, codes: Uint16Array, text: string): Uint16Array {
  if (text.length > SHORT) bytes.write(text, 'utf16le');
  else for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at);
  codes[text.length] = 0;
  return codes;
}
