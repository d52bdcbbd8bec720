import type { Spans } from '../value-search';
import { isWordCharacter } from './characters';

// As cards print their numbers. Other groups are telephone numbers, dates and ids.
const GROUPINGS: readonly (readonly number[])[] = [
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
];
const MAESTRO: ReadonlySet<number> = new Set([5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763]);
const MIN_DIGITS = 14;
const MAX_DIGITS = 19;
/** No number below it is a card's. */
export const FIRST_CARD_NUMBER = 10 ** (MIN_DIGITS - 1);

/** Card numbers of a known brand and length with a valid check digit, in one piece or in the groups that cards print. */
export function findCardNumbers(text: string): Spans {
  const spans: number[] = [];
  const groups = digitGroups(text);
  for (let at = 0; at < groups.length; at += 2) {
    const count = groupsOfCard(text, groups, at);
    if (count === 0) continue;
    const [from, to] = [groups[at]!, groups[at + 2 * count - 1]!];
    if (!standsAlone(text, from, to)) continue;
    spans.push(from, to);
    at += 2 * (count - 1);
  }
  return spans;
}

/** Whether these digits are such a number. */
export function isCardNumber(digits: string): boolean {
  return isCard(digits, 0, digits.length);
}

/** `[from, to, from, to, …]` of all digits that stand together. */
function digitGroups(text: string): readonly number[] {
  const groups: number[] = [];
  let isInside = false;
  for (let at = 0; at <= text.length; at++) {
    if (isDigit(text.charCodeAt(at)) === isInside) continue;
    isInside = !isInside;
    groups.push(at);
  }
  return groups;
}

/** How many groups from here on make a card number; 0 for none. */
function groupsOfCard(text: string, groups: readonly number[], at: number): number {
  const [from, to] = [groups[at]!, groups[at + 1]!];
  const length = to - from;
  if (length >= MIN_DIGITS && length <= MAX_DIGITS) return isCard(text, from, to) ? 1 : 0;
  if (length !== 4 || (text[to] !== ' ' && text[to] !== '-')) return 0;
  for (const lengths of GROUPINGS) {
    if (!areGrouped(text, groups, at, lengths)) continue;
    return isCard(text, from, groups[at + 2 * lengths.length - 1]!) ? lengths.length : 0;
  }
  return 0;
}

/** Whether the groups from here on have these lengths, and the same separator between them. */
function areGrouped(text: string, groups: readonly number[], at: number, lengths: readonly number[]): boolean {
  const separator = text[groups[at + 1]!];
  for (let place = 0; place < lengths.length; place++) {
    const start = at + 2 * place;
    const [from, to] = [groups[start], groups[start + 1]];
    if (from === undefined || to! - from !== lengths[place]) return false;
    if (place > 0 && (from !== groups[start - 1]! + 1 || text[from - 1] !== separator)) return false;
  }
  return true;
}

function standsAlone(text: string, from: number, to: number): boolean {
  const before = text[from - 1];
  // The digits of a fraction, or one link of a longer chain.
  if (before === '.' || (before === '-' && isWordCharacter(text, from - 2))) return false;
  if ((text[to] === '.' || text[to] === '-') && isWordCharacter(text, to + 1)) return false;
  return !isWordCharacter(text, from - 1) && !isWordCharacter(text, to);
}

/** Brand, length and check digit (Luhn's) of what may have separators between its digits. */
function isCard(text: string, from: number, to: number): boolean {
  let sum = 0;
  let length = 0;
  for (let at = to - 1; at >= from; at--) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    length++;
    const counted = length % 2 === 0 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0 && isOfBrand(Number(text.slice(from, from + 4)), length);
}

function isOfBrand(four: number, length: number): boolean {
  const [two, three] = [Math.floor(four / 100), Math.floor(four / 10)];
  // American Express, Diners Club
  if (length === 15) return two === 34 || two === 37;
  if (length === 14) return two === 36 || two === 38 || two === 39 || (three >= 300 && three <= 305);
  if (length !== 16) return length >= 17 && (MAESTRO.has(four) || two === 62);
  return (
    (four >= 4000 && four <= 4999) || // Visa
    (two >= 51 && two <= 55) || // Mastercard
    (four >= 2221 && four <= 2720) ||
    four === 6011 || // Discover
    two === 65 ||
    (three >= 644 && three <= 649) ||
    (four >= 3528 && four <= 3589) || // JCB
    two === 62 || // UnionPay
    MAESTRO.has(four)
  );
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
