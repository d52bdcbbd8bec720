/** How many there are. */
export const TRIGRAMS = 1 << 15;
const BITS = 5;
const LOWER_BITS = (1 << BITS) - 1;

/** Three characters in a row by their lower bits: a letter in either case, and whatever else ends in the same bits. */
export function withNext(trigram: number, code: number): number {
  return ((trigram << BITS) | (code & LOWER_BITS)) & (TRIGRAMS - 1);
}

/** The same, read from the end. */
export function withPrevious(trigram: number, count: number, code: number): number {
  return trigram | ((code & LOWER_BITS) << (BITS * count));
}

/** All that the end of a text can be: what stands before one of less than three characters may be anything. */
export function trigramsAtEnd(text: string): readonly number[] {
  const end = text.slice(-3);
  let last = 0;
  for (let at = 0; at < end.length; at++) last = withNext(last, end.charCodeAt(at));
  const step = 1 << (BITS * end.length);
  return Array.from({ length: TRIGRAMS / step }, (_, before) => before * step + last);
}
