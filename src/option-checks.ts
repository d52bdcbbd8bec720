import { closest, distance } from 'fastest-levenshtein';
import { LoggingError } from './errors';

// Start-up checks of user options. Each names the option, what it takes and what was given (its type or number, never
// a string value: that could be a connection string), so that the message alone is enough to put it right.

/** The given value, told without quoting text. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'function') return `a function${value.name ? ` (${value.name})` : ''}`;
  return `a value of type ${typeof value}`;
}

function invalid(option: string, expected: string, value: unknown): LoggingError<'OPTION_INVALID'> {
  return new LoggingError('OPTION_INVALID', `${option} must be ${expected}, got ${describeValue(value)}.`);
}

/** @throws {@link LoggingError} `OPTION_INVALID` unless `options` is a plain options object. */
export function requireOptionsObject(owner: string, options: unknown): asserts options is Record<string, unknown> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(owner, 'an options object', options);
  }
}

/** @throws {@link LoggingError} `OPTION_UNKNOWN`, with the nearest known name, for a key that is not in `known`. */
export function refuseUnknownKeys(owner: string, options: unknown, known: readonly string[]): void {
  requireOptionsObject(owner, options);
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const near = closest(key, known);
    const hint =
      distance(key.toLowerCase(), near.toLowerCase()) <= Math.max(2, key.length / 3)
        ? `did you mean "${near}"?`
        : `known options are ${known.join(', ')}.`;
    throw new LoggingError('OPTION_UNKNOWN', `${owner} has no option "${key}": ${hint}`);
  }
}

/** Whole number within bounds, both included. @throws {@link LoggingError} `OPTION_INVALID` */
export function requireInteger(
  option: string,
  value: unknown,
  { min, max, unit }: { readonly min: number; readonly max: number; readonly unit?: string },
): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw invalid(option, `a whole number from ${min} to ${max}${unit ? ` (${unit})` : ''}`, value);
}

/** Number within bounds, both included. @throws {@link LoggingError} `OPTION_INVALID` */
export function requireNumber(
  option: string,
  value: unknown,
  { min, max, unit }: { readonly min: number; readonly max: number; readonly unit?: string },
): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  throw invalid(option, `a number from ${min} to ${max}${unit ? ` (${unit})` : ''}`, value);
}

/** How long something is kept, in days: from a minute and a half to a century. @throws {@link LoggingError} `OPTION_INVALID` */
export function requireRetention(option: string, value: unknown): void {
  requireNumber(option, value, { min: 0.001, max: 36_500, unit: 'days' });
}

/** @throws {@link LoggingError} `OPTION_INVALID` */
export function requireOneOf(option: string, value: unknown, allowed: readonly (string | boolean)[]): void {
  if (allowed.includes(value as string)) return;
  const words = allowed.map(word => (typeof word === 'string' ? `"${word}"` : String(word))).join(', ');
  // A short word cannot hold a secret worth the name, and seeing the typo is what helps.
  const given = typeof value === 'string' && value.length <= 20 ? `"${value}"` : describeValue(value);
  throw new LoggingError('OPTION_INVALID', `${option} must be one of ${words}, got ${given}.`);
}

/** @throws {@link LoggingError} `OPTION_INVALID` */
export function requireBoolean(option: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalid(option, 'true or false', value);
}

/** A string that is not empty. @throws {@link LoggingError} `OPTION_INVALID` */
export function requireText(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalid(option, 'a string that is not empty', value);
}

/** @throws {@link LoggingError} `OPTION_INVALID` */
export function requireFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw invalid(option, 'a function', value);
}

/** @throws {@link LoggingError} `OPTION_INVALID` */
export function requireTextList(option: string, value: unknown): void {
  if (!Array.isArray(value) || value.some(item => typeof item !== 'string' || item === '')) {
    throw invalid(option, 'an array of strings', value);
  }
}
