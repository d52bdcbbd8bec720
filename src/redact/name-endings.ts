import { TRIGRAMS, trigramsAtEnd, withPrevious } from './trigrams';

const MAX_LENGTH = 128;
const LETTERS = 3;

/**
 * Tells by its last letters that a name is none of those that are looked for. Clients choose names, and to fold each of
 * them would cost a hundred times as much.
 */
export class NameEndings {
  readonly #isEnding = new Uint8Array(TRIGRAMS);

  /** @param names folded ones */
  constructor(names: Iterable<string>) {
    for (const name of names) for (const trigram of trigramsAtEnd(name)) this.#isEnding[trigram] = 1;
  }

  /** Whether the name or a part of it, folded, may end in one of the names. Wrong in one direction only. */
  mayEnd(name: string): boolean {
    if (name.length > MAX_LENGTH) return true;
    let trigram = 0;
    let count = 0;
    for (let at = name.length - 1; at >= 0; at--) {
      const code = name.charCodeAt(at);
      if (needsFolding(code)) return true;
      if (count === LETTERS || !(isLetter(code) || (count > 0 && isDigit(code)))) continue;
      trigram = withPrevious(trigram, count, code);
      count++;
    }
    return count < LETTERS || this.#isEnding[trigram] === 1;
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
