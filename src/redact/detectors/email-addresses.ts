import type { Spans } from '../value-search';

const MAX_LOCAL_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;
const LOCAL_CHARACTER = /[\w.!#$%&'*+/=?^`{|}~-]/;
const DOMAIN_CHARACTER = /[A-Za-z\d.-]/;
const DOMAIN = /^(?:[A-Za-z\d-]{1,63}\.)+[A-Za-z]{2,24}$/;
// `logo@2x.png`
const PIXEL_RATIO = /^\dx\./;

/** E-mail addresses with a domain of two parts or more. */
export function findEmailAddresses(text: string): Spans {
  const spans: number[] = [];
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let from = at;
    const first = Math.max(spans.at(-1) ?? 0, at - MAX_LOCAL_LENGTH);
    while (from > first && LOCAL_CHARACTER.test(text[from - 1]!)) from--;
    let to = at + 1;
    const last = Math.min(text.length, at + 1 + MAX_DOMAIN_LENGTH);
    while (to < last && DOMAIN_CHARACTER.test(text[to]!)) to++;
    // The full stop of a sentence.
    while (to > at && (text[to - 1] === '.' || text[to - 1] === '-')) to--;
    const domain = text.slice(at + 1, to);
    if (from < at && DOMAIN.test(domain) && !PIXEL_RATIO.test(domain)) spans.push(from, to);
  }
  return spans;
}
