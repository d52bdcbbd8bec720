import type { Spans } from '../value-search';
import { isTokenCharacter } from './characters';

/** `{"` in base64url: every header begins with it. */
const START = 'eyJ';
const MAX_HEADER_LENGTH = 2_048;
/** `{"alg":"x"}` in base64url. */
const MIN_HEADER_LENGTH = 15;

/** Signed tokens of three parts and encrypted ones of five, whose header names an algorithm. */
export function findJsonWebTokens(text: string): Spans {
  const spans: number[] = [];
  for (let at = text.indexOf(START); at !== -1;) {
    let to = at + START.length;
    if (!isTokenCharacter(text, at - 1)) {
      const headerEnd = endOfPart(text, at);
      to = headerEnd;
      let dots = 0;
      for (; dots < 4 && text[to] === '.'; dots++) to = endOfPart(text, to + 1);
      if (dots >= 2 && isHeader(text.slice(at, headerEnd))) spans.push(at, to);
      // What follows the first part may itself be the first part of a token.
      else to = headerEnd;
    }
    at = text.indexOf(START, to);
  }
  return spans;
}

function endOfPart(text: string, from: number): number {
  let at = from;
  while (at < text.length && isTokenCharacter(text, at)) at++;
  return at;
}

function isHeader(part: string): boolean {
  // Nobody means well with a longer one.
  if (part.length > MAX_HEADER_LENGTH) return true;
  return part.length >= MIN_HEADER_LENGTH && Buffer.from(part, 'base64url').includes('"alg"');
}
