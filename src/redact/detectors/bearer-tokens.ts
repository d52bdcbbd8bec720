import type { Spans } from '../value-search';

// Linear: no part can match what follows it.
const CREDENTIALS = /\b(bearer|basic)[ \t]{1,4}([\w.~+/-]{12,}={0,2})/gi;

/** What follows `Bearer` and `Basic` in a text, when it is no word: it has a digit, or a user and a password inside. */
export function findBearerTokens(text: string): Spans {
  const spans: number[] = [];
  for (const { index, 0: found, 1: scheme, 2: token } of text.matchAll(CREDENTIALS)) {
    if (!(scheme!.toLowerCase() === 'basic' ? isUserAndPassword(token!) : /\d/.test(token!))) continue;
    spans.push(index + found.length - token!.length, index + found.length);
  }
  return spans;
}

function isUserAndPassword(text: string): boolean {
  return /^[\x20-\x7e\x80-\xff]*:[\x20-\x7e\x80-\xff]*$/.test(Buffer.from(text, 'base64').toString('latin1'));
}
