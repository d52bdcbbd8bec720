const TRIGRAMS = 1 << 15;
const LOWER_BITS = 31;
const MIN_CARD_DIGITS = 14;
const CARD_GROUP = 4;

/**
 * One look at a text that tells most harmless ones, before anything is asked that costs more: whether it can hold one of
 * the given signs, or digits as cards and bank accounts have them. It may be wrong in one direction only.
 */
export class TextSigns {
  /** By the lower five bits of three characters in a row: a letter in either case, and what lies next to it in ASCII. */
  readonly #isSign = new Uint8Array(TRIGRAMS);

  /** @param signs texts of one to three ASCII characters, in either case */
  constructor(signs: Iterable<string>) {
    for (const sign of signs) this.#add(sign);
  }

  mayHoldAny(text: string): boolean {
    const isSign = this.#isSign;
    let trigram = 0;
    let digits = 0;
    let capitals = 0;
    let isAfterGroup = false;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      trigram = ((trigram << 5) | (code & LOWER_BITS)) & (TRIGRAMS - 1);
      if (isSign[trigram] === 1 && code < 128) return true;
      if (code >= 48 && code <= 57) {
        digits++;
        // `4242 4242…` or all digits in a row; `DE89…`
        if (digits === MIN_CARD_DIGITS || (digits === CARD_GROUP && isAfterGroup)) return true;
        if (digits === 2 && capitals >= 2) return true;
      } else {
        isAfterGroup = digits === CARD_GROUP && (code === 32 || code === 45);
        const isCapital = code >= 65 && code <= 90;
        capitals = !isCapital ? 0 : digits > 0 ? 1 : capitals + 1;
        digits = 0;
      }
    }
    return false;
  }

  #add(sign: string): void {
    const bits = Array.from(sign, character => character.charCodeAt(0) & LOWER_BITS);
    // What stands before a shorter sign may be anything.
    const free = TRIGRAMS >> (5 * bits.length);
    const last = bits.reduce((trigram, next) => (trigram << 5) | next, 0);
    for (let before = 0; before < free; before++) this.#isSign[(before << (5 * bits.length)) | last] = 1;
  }
}
