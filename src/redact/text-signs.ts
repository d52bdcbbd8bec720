import { type ReadText, TextCodes, pairOf } from './text-codes';

/** Something that a text may hold. */
export interface Sign {
  /** Every finding holds one of these: texts of ASCII characters, of which the first five count. */
  readonly signs: readonly string[];
  /** In capitals or not. */
  readonly inEitherCase?: boolean;
  /** Or every finding begins with digits as cards or bank accounts have them. */
  readonly digits?: 'card' | 'account';
}

const ASCII = Array.from({ length: 128 }, (_, code) => code);
const DIGITS = codesOf('0123456789');
const CAPITALS = codesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const DIVIDERS = codesOf(' -');

// What is known of a pair of characters, a bit each: those of a pair that follows another one, above them those of the pair
// that has to come before it, above them its kind of digits.
const FEATURES = 8;
const OWN = (1 << FEATURES) - 1;
const KIND = 2 * FEATURES;
/** Two capitals and two digits, in one of the two ways to divide them into pairs. */
const ACCOUNT = 0b11;
const FIRST_FEATURE = 2;
/** A sign, whatever comes before. */
const ALONE = 1 << (FEATURES - 1);
/** Told by the kinds of the last pairs. */
const CARD = 1 << FEATURES;

const TWO_DIGITS = 0b01;
const DIVIDER_AND_DIGIT = 0b10;
const DIGIT_AND_DIVIDER = 0b11;
/** Of pairs in a row. Cards have 14 digits in one piece or more, or print their first eight as `4242 4242`. */
const LONG_NUMBER = kindsInRow(TWO_DIGITS, TWO_DIGITS, TWO_DIGITS, TWO_DIGITS, TWO_DIGITS, TWO_DIGITS);
const GROUPS = kindsInRow(TWO_DIGITS, TWO_DIGITS, DIVIDER_AND_DIGIT, TWO_DIGITS);
const GROUPS_OTHERWISE_DIVIDED = kindsInRow(TWO_DIGITS, DIGIT_AND_DIVIDER, TWO_DIGITS, TWO_DIGITS);
const SIX_KINDS = (1 << 12) - 1;
const FOUR_KINDS = (1 << 8) - 1;

/**
 * One look at a text, before anything is asked that costs more: which of some signs it may hold. It may be wrong in one
 * direction only, and reads two characters at a time, because there is no text that it spares.
 */
export class TextSigns {
  readonly #texts = new TextCodes();
  readonly #featuresOf = new Int32Array(1 << 14);
  /** For each sign, the features that tell of it. */
  readonly #features: number[] = [];
  #next = FIRST_FEATURE;

  constructor(signs: readonly Sign[]) {
    this.#add(0, CAPITALS, CAPITALS, DIGITS, DIGITS);
    this.#add(1, ASCII, CAPITALS, CAPITALS, DIGITS);
    this.#note(TWO_DIGITS << KIND, DIGITS, DIGITS);
    this.#note(DIVIDER_AND_DIGIT << KIND, DIVIDERS, DIGITS);
    this.#note(DIGIT_AND_DIVIDER << KIND, DIGITS, DIVIDERS);
    for (const sign of signs) this.#features.push(this.#featuresFor(sign));
  }

  /** A bit for each sign, in the order in which they were given; 0 for most texts. */
  in(text: string): number {
    return this.inPart(this.#texts.of(text), 0, text.length);
  }

  /** The same for a part of a text that is read already. */
  inPart({ pairs }: ReadText, from: number, to: number): number {
    const featuresOf = this.#featuresOf;
    const end = (to + 1) >> 1;
    let found = 0;
    let lastFeatures = 0;
    let kinds = 0;
    // The first and the last pair may reach one character beyond.
    for (let at = from >> 1; at < end; at++) {
      const features = featuresOf[pairOf(pairs[at]!)]!;
      kinds = ((kinds << 2) | (features >> KIND)) & SIX_KINDS;
      const before = lastFeatures;
      lastFeatures = features;
      // Most pairs have none.
      if (features === 0) continue;
      found |= ((before >> FEATURES) | ALONE) & features & OWN;
      const last = kinds & FOUR_KINDS;
      if (last === GROUPS || last === GROUPS_OTHERWISE_DIVIDED || kinds === LONG_NUMBER) found |= CARD;
    }
    return found === 0 ? 0 : this.#signsOf(found);
  }

  #signsOf(found: number): number {
    let signs = 0;
    this.#features.forEach((features, sign) => {
      if ((found & features) !== 0) signs |= 1 << sign;
    });
    return signs;
  }

  #featuresFor({ signs, digits, inEitherCase = false }: Sign): number {
    if (digits === 'card') return CARD;
    if (digits === 'account') return ACCOUNT;
    const feature = this.#next;
    // Signs that share one are taken for each other when they are many: that costs time and nothing else.
    this.#next = feature + 1 < FEATURES - 1 ? feature + 1 : FIRST_FEATURE;
    const formsOf = (one: string) => codesOf(inEitherCase ? one.toLowerCase() + one.toUpperCase() : one);
    for (const text of signs) this.#addText(feature, Array.from(text, formsOf));
    return (1 << feature) | (signs.some(({ length }) => length <= 2) ? ALONE : 0);
  }

  /** In the two ways in which it can be divided into pairs. */
  #addText(feature: number, [first, second, third, fourth = ASCII, fifth]: readonly (readonly number[])[]): void {
    if (second === undefined) {
      this.#note(ALONE, first!, ASCII);
      this.#note(ALONE, ASCII, first!);
    } else if (third === undefined) {
      this.#note(ALONE, first!, second);
      this.#add(feature, ASCII, first!, second, ASCII);
    } else {
      this.#add(feature, first!, second, third, fourth);
      if (fourth === ASCII) this.#add(feature, ASCII, first!, second, third);
      else this.#add(feature, second, third, fourth, fifth ?? ASCII);
    }
  }

  /** Two pairs in a row. */
  #add(
    feature: number,
    first: readonly number[],
    second: readonly number[],
    third: readonly number[],
    fourth: readonly number[],
  ): void {
    this.#note(1 << (feature + FEATURES), first, second);
    this.#note(1 << feature, third, fourth);
  }

  #note(bit: number, first: readonly number[], second: readonly number[]): void {
    for (const one of first) for (const other of second) this.#featuresOf[one | (other << 7)]! |= bit;
  }
}

function codesOf(characters: string): readonly number[] {
  return Array.from(characters, character => character.charCodeAt(0));
}

function kindsInRow(...kinds: readonly number[]): number {
  return kinds.reduce((row, kind) => (row << 2) | kind, 0);
}
