import { latinLookAlike } from './look-alikes';

/** A name as rules compare it. */
export interface FoldedName {
  /** Letters and digits in lower case, without separators and trailing digits. */
  readonly whole: string;
  /** The words that `camelCase`, `snake_case` and `kebab-case` set apart. */
  readonly words: readonly string[];
}

/** Names come from clients. What names a value stands at the end, so that much of a longer one is looked at. */
export const MAX_NAME_LENGTH = 4_096;
const MAX_LETTERS = 128;

const enum Kind {
  Separator,
  Lower,
  Upper,
  Digit,
}

/**
 * Splits a name into words and drops what spelling alone makes different: case, separators, trailing digits, accents,
 * compatibility forms (full-width letters), letters of other scripts that look Latin, and invisible characters.
 *
 * @example
 * foldName('X-Auth_tokenValue2'); // { whole: 'xauthtokenvalue', words: ['x', 'auth', 'token', 'value'] }
 */
export function foldName(name: string): FoldedName {
  const text = lastLetters(plainLetters(name.slice(-MAX_NAME_LENGTH)));
  const words: string[] = [];
  let start = 0;
  let previous = Kind.Separator;
  for (let at = 0; at < text.length; at++) {
    const kind = kindOf(text.charCodeAt(at));
    if (at > start && startsWord(previous, kind, text, at)) {
      words.push(text.slice(start, at).toLowerCase());
      start = at;
    }
    if (kind === Kind.Separator) start = at + 1;
    previous = kind;
  }
  if (start < text.length) words.push(text.slice(start).toLowerCase());
  while (words.length > 1 && isDigits(words[words.length - 1]!)) words.pop();
  return { whole: words.join(''), words };
}

function startsWord(previous: Kind, kind: Kind, text: string, at: number): boolean {
  if (kind === Kind.Separator) return true;
  if (kind === Kind.Digit || previous === Kind.Digit) return kind !== previous;
  if (kind !== Kind.Upper) return false;
  // `APIKey` is `api` and `key`: the last capital of a row belongs to the word after it.
  return previous === Kind.Lower || (at + 1 < text.length && kindOf(text.charCodeAt(at + 1)) === Kind.Lower);
}

function kindOf(code: number): Kind {
  if (code >= 97 && code <= 122) return Kind.Lower;
  if (code >= 65 && code <= 90) return Kind.Upper;
  if (code >= 48 && code <= 57) return Kind.Digit;
  return code > 127 ? Kind.Lower : Kind.Separator;
}

function isDigits(word: string): boolean {
  return kindOf(word.charCodeAt(0)) === Kind.Digit;
}

/** Up to the last letter: digits and separators at the end must not push the letters out of sight. */
function lastLetters(text: string): string {
  if (text.length <= MAX_LETTERS) return text;
  let end = text.length;
  while (
    end > 0 &&
    kindOf(text.charCodeAt(end - 1)) !== Kind.Lower &&
    kindOf(text.charCodeAt(end - 1)) !== Kind.Upper
  ) {
    end--;
  }
  return text.slice(Math.max(0, end - MAX_LETTERS), end);
}

function plainLetters(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 127) return latinLookAlike(text);
  }
  return text;
}
