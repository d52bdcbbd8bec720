import { toUSVString } from 'node:util';

/** How much of one value is kept; what lies beyond is cut and marked. */
export interface ValueLimits {
  /** Levels of arrays and objects. */
  readonly maxDepth: number;
  /** Array elements and object members in all. */
  readonly maxNodes: number;
  /** Characters of one text. */
  readonly maxStringLength: number;
}

export const DEFAULT_LIMITS: ValueLimits = { maxDepth: 32, maxNodes: 10_000, maxStringLength: 8_192 };

/** The text within `maxLength` characters, told how much was cut, and free of halves of surrogate pairs. */
export function limitText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return toUSVString(text);
  // A pair that the cut would halve goes as a whole.
  const end = isHighSurrogate(text.charCodeAt(maxLength - 1)) ? maxLength - 1 : maxLength;
  return `${toUSVString(text.slice(0, end))}…[+${text.length - end} characters]`;
}

/** A finite number that JSON and BSON carry alike; what neither has a number for becomes text. */
export function plainNumber(value: number): number | string {
  // Adding 0 turns -0, which only BSON can tell apart, into 0.
  return Number.isFinite(value) ? value + 0 : String(value);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
