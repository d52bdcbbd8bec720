const MAX_LENGTH = 128;
const LETTERS = 3;
// Of a character that many: a letter in either case, and whatever else ends in the same bits.
const BITS = 5;
const ENDINGS = 1 << (BITS * LETTERS);

/**
 * Tells by its last letters that a name is none of those that are looked for. Clients choose names, and to fold each of
 * them would cost a hundred times as much.
 */
export class NameEndings {
  readonly #isEnding = new Uint8Array(ENDINGS);

  /** @param names folded ones */
  constructor(names: Iterable<string>) {
    for (const name of names) for (const ending of endingsLike(name)) this.#isEnding[ending] = 1;
  }

  /** Whether the name or a part of it, folded, may end in one of the names. Wrong in one direction only. */
  mayEnd(name: string): boolean {
    if (name.length > MAX_LENGTH) return true;
    let ending = 0;
    let count = 0;
    for (let at = name.length - 1; at >= 0; at--) {
      const code = name.charCodeAt(at);
      if (needsFolding(code)) return true;
      if (count === LETTERS || !(isLetter(code) || (count > 0 && isDigit(code)))) continue;
      ending = withPrevious(ending, count, code);
      count++;
    }
    return count < LETTERS || this.#isEnding[ending] === 1;
  }
}

/** Letters that may look like others, and what divides a name into parts: `user[password]`, `user.password`. */
function needsFolding(code: number): boolean {
  return code > 127 || code === 46 || code === 91 || code === 93;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The last letters as one number, read from the end. */
function withPrevious(ending: number, count: number, code: number): number {
  return ending | ((code & ((1 << BITS) - 1)) << (BITS * count));
}

/** Of a name; what stands before one of fewer letters may be anything. */
function endingsLike(name: string): readonly number[] {
  const count = Math.min(name.length, LETTERS);
  let last = 0;
  for (let at = 0; at < count; at++) last = withPrevious(last, at, name.charCodeAt(name.length - 1 - at));
  const step = 1 << (BITS * count);
  return Array.from({ length: ENDINGS / step }, (_, before) => before * step + last);
}
