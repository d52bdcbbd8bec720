import type { Spans } from '../value-search';
import { isWordCharacter } from './characters';

interface Group {
  readonly from: number;
  readonly to: number;
}

// As cards print their numbers. Other groups are telephone numbers, dates and ids.
const GROUPINGS: readonly (readonly number[])[] = [
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
];
const MIN_DIGITS = 14;
const MAX_DIGITS = 19;

/** Card numbers of a known brand and length with a valid check digit, in one piece or in the groups that cards print. */
export function findCardNumbers(text: string): Spans {
  const spans: number[] = [];
  const groups = Array.from(text.matchAll(/\d+/g), ({ index, 0: digits }) => ({
    from: index,
    to: index + digits.length,
  }));
  for (let at = 0; at < groups.length; at++) {
    const last = at + groupsOfCard(text, groups, at) - 1;
    if (last < at || !standsAlone(text, groups[at]!.from, groups[last]!.to)) continue;
    spans.push(groups[at]!.from, groups[last]!.to);
    at = last;
  }
  return spans;
}

/** Whether these digits are such a number. */
export function isCardNumber(digits: string): boolean {
  return isOfBrand(digits) && hasCheckDigit(digits);
}

/** How many groups from here on make a card number; 0 for none. */
function groupsOfCard(text: string, groups: readonly Group[], at: number): number {
  const { from, to } = groups[at]!;
  const length = to - from;
  if (length >= MIN_DIGITS && length <= MAX_DIGITS) return isCardNumber(text.slice(from, to)) ? 1 : 0;
  if (length !== 4) return 0;
  const separator = text[to];
  if (separator !== ' ' && separator !== '-') return 0;
  const grouping = GROUPINGS.find(lengths =>
    lengths.every((expected, place) => {
      const group = groups[at + place];
      if (group === undefined || group.to - group.from !== expected) return false;
      return place === 0 || (group.from === groups[at + place - 1]!.to + 1 && text[group.from - 1] === separator);
    }),
  );
  if (grouping === undefined) return 0;
  const digits = text.slice(from, groups[at + grouping.length - 1]!.to).replaceAll(separator, '');
  return isCardNumber(digits) ? grouping.length : 0;
}

function standsAlone(text: string, from: number, to: number): boolean {
  const before = text[from - 1];
  // The digits of a fraction, or one link of a longer chain.
  if (before === '.' || (before === '-' && isWordCharacter(text, from - 2))) return false;
  if ((text[to] === '.' || text[to] === '-') && isWordCharacter(text, to + 1)) return false;
  return !isWordCharacter(text, from - 1) && !isWordCharacter(text, to);
}

function isOfBrand(digits: string): boolean {
  const { length } = digits;
  const two = Number(digits.slice(0, 2));
  const three = Number(digits.slice(0, 3));
  const four = Number(digits.slice(0, 4));
  // American Express, Diners Club
  if (length === 15) return two === 34 || two === 37;
  if (length === 14) return two === 36 || two === 38 || two === 39 || (three >= 300 && three <= 305);
  const isMaestro = [5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763].includes(four);
  if (length !== 16) return length >= 17 && (isMaestro || two === 62);
  return (
    digits.startsWith('4') || // Visa
    (two >= 51 && two <= 55) || // Mastercard
    (four >= 2221 && four <= 2720) ||
    four === 6011 || // Discover
    two === 65 ||
    (three >= 644 && three <= 649) ||
    (four >= 3528 && four <= 3589) || // JCB
    two === 62 || // UnionPay
    isMaestro
  );
}

/** Luhn's. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let place = 1; place <= digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - place) - 48;
    const counted = place % 2 === 0 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
