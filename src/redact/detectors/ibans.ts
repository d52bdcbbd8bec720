import type { Spans } from '../value-search';
import { isWordCharacter } from './characters';

/** Lengths by country, from the IBAN registry. */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    15: 'NO',
    16: 'BE',
    18: 'DK FI FK FO GL NL SD',
    19: 'MK SI',
    20: 'AT BA EE KZ LT LU MN XK',
    21: 'CH HR LI LV',
    22: 'BG BH CR DE GB GE IE ME RS VA',
    23: 'AE GI IL IQ OM SO TL',
    24: 'AD CZ ES MD PK RO SA SE SK TN VG',
    25: 'LY PT ST',
    26: 'IS TR',
    27: 'BI DJ FR GR IT MC MR SM',
    28: 'AL AZ BY CY DO GT HN HU LB NI PL SV',
    29: 'BR EG PS QA UA',
    30: 'JO KW MU YE',
    31: 'MT SC',
    32: 'LC',
    33: 'RU',
  }).flatMap(([length, countries]) => countries.split(' ').map(country => [country, Number(length)] as const)),
);
const START = /[A-Z]{2}\d{2}/g;

/** Account numbers of a known country and its length with valid check digits, in one piece or in groups of four. */
export function findIbans(text: string): Spans {
  const spans: number[] = [];
  for (const { index: from, 0: start } of text.matchAll(START)) {
    const length = LENGTHS.get(start.slice(0, 2));
    if (length === undefined || isWordCharacter(text, from - 1) || text[from - 1] === '-') continue;
    const to = endOf(text, from, length);
    if (to !== undefined && hasCheckDigits(text.slice(from, to).replaceAll(' ', ''))) spans.push(from, to);
  }
  return spans;
}

function endOf(text: string, from: number, length: number): number | undefined {
  let at = from;
  for (let read = 0; read < length; at++) {
    // A group is divided by one blank.
    if (text[at] === ' ' && read % 4 === 0 && text[at - 1] !== ' ') continue;
    if (!isCapitalOrDigit(text.charCodeAt(at))) return undefined;
    read++;
  }
  return isWordCharacter(text, at) ? undefined : at;
}

function isCapitalOrDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

/** ISO 7064 MOD 97-10: the first four go last, letters count from 10. */
function hasCheckDigits(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
