import { TextCodes } from './text-codes';
import { TRIGRAMS, trigramsAtEnd, withNext } from './trigrams';

/** Something that a text may hold. */
export interface Sign {
  /** Every finding holds one of these: texts of one to three ASCII characters, in either case. */
  readonly signs: readonly string[];
  /** Or every finding begins with digits as cards or bank accounts have them. */
  readonly digits?: 'card' | 'account';
}

const MIN_CARD_DIGITS = 14;
const CARD_GROUP = 4;

/**
 * One look at a text, before anything is asked that costs more: which of up to eight signs it can hold. It may be wrong in
 * one direction only.
 */
export class TextSigns {
  readonly #signsOf = new Uint8Array(TRIGRAMS);
  readonly #texts = new TextCodes();
  readonly #cards: number;
  readonly #accounts: number;

  constructor(signs: readonly Sign[]) {
    signs.forEach(({ signs: texts }, bit) => {
      for (const trigram of texts.flatMap(trigramsAtEnd)) this.#signsOf[trigram]! |= 1 << bit;
    });
    this.#cards = bitOf(signs, 'card');
    this.#accounts = bitOf(signs, 'account');
  }

  /** A bit for each sign, in the order in which they were given; 0 for most texts. */
  in(text: string): number {
    return this.inCodes(this.#texts.of(text), 0, text.length);
  }

  /** The same for a part of a text that is read already. */
  inCodes(codes: Uint16Array, from: number, to: number): number {
    const signsOf = this.#signsOf;
    let found = 0;
    let trigram = 0;
    let digits = 0;
    let capitals = 0;
    let isAfterGroup = false;
    for (let at = from; at < to; at++) {
      const code = codes[at]!;
      trigram = withNext(trigram, code);
      if (code < 128) found |= signsOf[trigram]!;
      if (code >= 48 && code <= 57) {
        digits++;
        // `4242 4242…` or all digits in a row; `DE89…`
        if (digits === MIN_CARD_DIGITS || (digits === CARD_GROUP && isAfterGroup)) found |= this.#cards;
        if (digits === 2 && capitals >= 2) found |= this.#accounts;
      } else {
        isAfterGroup = digits === CARD_GROUP && (code === 32 || code === 45);
        const isCapital = code >= 65 && code <= 90;
        capitals = !isCapital ? 0 : digits > 0 ? 1 : capitals + 1;
        digits = 0;
      }
    }
    return found;
  }
}

function bitOf(signs: readonly Sign[], digits: Sign['digits']): number {
  const bit = signs.findIndex(sign => sign.digits === digits);
  return bit === -1 ? 0 : 1 << bit;
}
