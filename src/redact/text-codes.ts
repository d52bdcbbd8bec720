const FEW = 1 << 16;

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
  bytes.write(text, 'utf16le');
  codes[text.length] = 0;
  return codes;
}
