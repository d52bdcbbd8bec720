// A text that a simple regular expression accepts: literals, classes, groups, alternatives, quantifiers, anchors. What it
// does not know (look-around, back references) yields a text that will not match, which the caller finds out.

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const WORD = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`;
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');
const MOST_REPEATS = 64;

/** A random text for this expression, as long as the expression lets it be, up to a limit. */
export function matchingText({ source, flags }: RegExp): string {
  return new TextMaker(source, flags.includes('i')).make();
}

class TextMaker {
  #at = 0;

  constructor(
    private readonly source: string,
    private readonly ignoresCase: boolean,
  ) {}

  make(): string {
    return this.#alternatives()();
  }

  #alternatives(): () => string {
    const options: (() => string)[][] = [[]];
    while (this.#at < this.source.length && this.source[this.#at] !== ')') {
      if (this.source[this.#at] === '|') {
        this.#at++;
        options.push([]);
      } else options.at(-1)!.push(this.#quantified(this.#atom()));
    }
    return () =>
      pick(options)
        .map(part => part())
        .join('');
  }

  #atom(): () => string {
    const character = this.source[this.#at++]!;
    if (character === '^' || character === '$') return () => '';
    if (character === '.') return () => pick(WORD);
    if (character === '[') return this.#characterClass();
    if (character === '\\') return this.#escape();
    if (character !== '(') return () => character;
    const head = /^\?(?::|<[A-Za-z]\w*>)/.exec(this.source.slice(this.#at));
    if (head) this.#at += head[0].length;
    const inner = this.#alternatives();
    this.#at++;
    return inner;
  }

  #escape(): () => string {
    const character = this.source[this.#at++] ?? '';
    if (character === 'b' || character === 'B') return () => '';
    const set = setOf(character);
    return set === undefined ? () => character : () => pick(set);
  }

  #characterClass(): () => string {
    const isNegated = this.source[this.#at] === '^';
    if (isNegated) this.#at++;
    let set = '';
    while (this.#at < this.source.length && this.source[this.#at] !== ']') {
      const [start, end] = [this.source[this.#at]!, this.source[this.#at + 2]];
      if (start === '\\') {
        const escaped = this.source[this.#at + 1] ?? '';
        set += setOf(escaped) ?? escaped;
        this.#at += 2;
      } else if (this.source[this.#at + 1] === '-' && end !== undefined && end !== ']') {
        for (let code = start.charCodeAt(0); code <= end.charCodeAt(0); code++) set += String.fromCharCode(code);
        this.#at += 3;
      } else {
        set += start;
        this.#at++;
      }
    }
    this.#at++;
    const allowed = isNegated
      ? PRINTABLE.split('')
          .filter(character => !set.includes(character))
          .join('')
      : set;
    // Letters and digits survive every encoding, so they make the better sentinel.
    const plain = allowed
      .split('')
      .filter(character => WORD.includes(character))
      .join('');
    return () => pick(plain || allowed || (this.ignoresCase ? LOWER : ' '));
  }

  #quantified(atom: () => string): () => string {
    const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(this.source.slice(this.#at));
    if (!found) return atom;
    this.#at += found[0].length;
    const [, sign, least, comma, most] = found;
    if (sign === '?') return () => atom();
    const min = sign === '+' ? 1 : Number(least ?? 0);
    const max = sign === undefined ? (comma === undefined ? min : Number(most || MOST_REPEATS)) : MOST_REPEATS;
    const count = Math.max(min, Math.min(max, 16));
    return () => Array.from({ length: count }, atom).join('');
  }
}

function setOf(escaped: string): string | undefined {
  return { d: DIGITS, w: WORD, s: ' ', S: WORD, D: LOWER, W: '-' }[escaped];
}

function pick<Item>(from: readonly Item[]): Item;
function pick(from: string): string;
function pick<Item>(from: readonly Item[] | string): Item | string {
  return from[Math.floor(Math.random() * from.length)]!;
}
