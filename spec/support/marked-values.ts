import type { Chance } from './chance';

/** A path in a JSON tree. */
export type JsonPath = readonly (string | number)[];

// What quoting, escaping and encoding change, around what they do not.
const NOISE = ['', '', '', ' ', '"', '\\', '\n', 'é', '/', '%', '&=', '😀', '<b>', "'", '\u2028', '+', '?a=b', '://'];
const NUMBER_DIGITS = 7;

/** The texts and numbers of one case: each value is unique, and tells by itself whether it may be recorded. */
export class MarkedValues {
  /** What no record may hold; free of characters that any encoding changes. */
  readonly secrets: string[] = [];
  /** Secret texts as they are sent, for messages that quote them. */
  readonly secretTexts: string[] = [];
  /** What every record of an exchange that carries it must hold. */
  readonly harmless: string[] = [];
  readonly #chance: Chance;
  readonly #maxSecrets: number;
  #state: number;

  /**
   * @param maxSecrets further sensitive values are `null`: no more are known by value in one exchange than 64
   * @param trivials sensitive values that nobody could recognise
   */
  constructor(
    chance: Chance,
    maxSecrets = Infinity,
    private readonly trivials: readonly (boolean | number | null)[] = [null, 0, false, true],
  ) {
    this.#chance = chance;
    this.#maxSecrets = maxSecrets;
    this.#state = chance.below(2 ** 30);
  }

  text(isSecret: boolean): string | null {
    if (isSecret && this.secrets.length >= this.#maxSecrets) return null;
    const core = this.core(isSecret);
    const text = this.#noise() + core + this.#noise();
    if (isSecret) this.secretTexts.push(text);
    return text;
  }

  /** A text for places that take no more than letters and digits. */
  core(isSecret: boolean): string {
    const core = (isSecret ? 'Zq' : 'pl') + this.#digits(36, 8);
    (isSecret ? this.secrets : this.harmless).push(core);
    return core;
  }

  number(isSecret: boolean): number | null {
    if (isSecret && this.secrets.length >= this.#maxSecrets) return null;
    const core = (isSecret ? '77' : '1') + this.#digits(10, isSecret ? NUMBER_DIGITS + 5 : NUMBER_DIGITS);
    (isSecret ? this.secrets : this.harmless).push(core);
    return Number(core);
  }

  /** A value that is redacted although nobody could recognise it. */
  trivial(): boolean | number | null {
    return this.#chance.oneOf(this.trivials);
  }

  #noise(): string {
    return NOISE[this.#next() % NOISE.length]!;
  }

  #digits(base: number, length: number): string {
    let digits = '';
    while (digits.length < length) digits += (this.#next() % base).toString(base);
    return digits;
  }

  // A linear congruential generator: these need no shrinking, and there are many.
  #next(): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return this.#state >>> 8;
  }
}
