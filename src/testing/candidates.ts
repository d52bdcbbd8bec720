import { randomInt, randomUUID } from 'node:crypto';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata';
import { matchingText } from './matching-text';
import { newCore } from './sentinel';

/** A value that a field might accept. */
export interface Candidate {
  readonly value: unknown;
  /** What to look for afterwards: the part of the value that nothing else has. */
  readonly core: string;
}

/**
 * What a place can carry: headers and paths take fewer characters than JSON. `ordinary` is for values that are not looked
 * for and should only please the application.
 */
export type TextRange = 'any' | 'path' | 'header' | 'ordinary';

/** Values for a field with these validators, the best sentinels first. The validators themselves decide. */
export function* candidatesFor(
  validators: readonly ValidationMetadata[],
  noted: unknown,
  range: TextRange,
): Generator<Candidate> {
  const core = newCore();
  yield* fixedValues(validators);
  if ((noted === Number || noted === BigInt) && range === 'ordinary') yield* plainValues([1, 10, 100]);
  if (noted === Number || noted === BigInt) yield* numbers(validators);
  if (noted === Boolean) yield* plainValues([true, false]);
  if (noted === Date) yield unique(randomDate());
  yield* texts(core, validators, range);
  yield* numbers(validators);
  yield* plainValues([true, false, {}, []]);
}

/** Values that validators may refuse although a sentinel stands in them. */
export function* brokenCandidates(): Generator<Candidate> {
  const core = newCore();
  yield { value: core, core };
  yield { value: `${core}!`.repeat(40), core };
  yield { value: { inner: core }, core };
  yield { value: [core, core], core };
  yield { value: [{ inner: core }], core };
}

function* fixedValues(validators: readonly ValidationMetadata[]): Generator<Candidate> {
  for (const { name, constraints = [] } of validators) {
    if (name === 'equals') yield* plainValues([constraints[0]]);
    if (name === 'isIn' || name === 'isEnum') {
      const allowed: unknown =
        name === 'isEnum' ? (constraints[1] ?? Object.values(constraints[0] ?? {})) : constraints[0];
      yield* plainValues(Array.isArray(allowed) ? allowed : []);
    }
  }
}

function* texts(core: string, validators: readonly ValidationMetadata[], range: TextRange): Generator<Candidate> {
  const limits = textLimits(validators);
  for (const { name, constraints = [] } of validators) {
    if (name === 'contains') yield { value: `${core}${String(constraints[0])}`, core };
    const pattern: unknown = name === 'matches' ? constraints[0] : undefined;
    for (let attempt = 0; pattern instanceof RegExp && attempt < 4; attempt++) yield unique(matchingText(pattern));
  }
  // What stands in quotes, spaces and other alphabets is encoded on its way, which is where redaction may lose it.
  const after = { any: ' "+/\\é', path: '"+é', header: '/+=', ordinary: '' }[range];
  const long = core.padEnd(Math.min(limits.min, 4_096), 'x');
  yield { value: `${long}${after}`, core };
  yield { value: long, core };
  if (limits.max < core.length) {
    const short = newCore(Math.max(1, limits.max));
    yield { value: short, core: short };
  }
  for (const value of [`${core}@example.org`, `https://${core}.example.org/`, `Aa1!${core}`, `${core}.example.org`]) {
    yield { value, core };
  }
  yield { value: core.toUpperCase(), core };
  yield { value: JSON.stringify({ value: core }), core };
  yield unique(randomUUID());
  yield unique(cardNumber());
  for (const length of [6, 4, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20]) yield unique(digits(length));
  for (const length of [24, 32, 40, 64]) yield unique(`f${matchingText(/^[0-9a-f]{16}$/).repeat(4)}`.slice(0, length));
  yield unique(matchingText(/^[a-z]{16}$/));
  yield unique(matchingText(/^[A-Z]{16}$/));
  yield unique(iban());
  yield unique(articleNumber());
  yield unique(randomDate());
  yield unique(randomDate().slice(0, 10));
  yield unique(phoneNumber());
  yield unique(`10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`);
  yield unique(matchingText(/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/));
  yield unique(`0x${matchingText(/^[0-9a-f]{10}$/).repeat(4)}`);
  yield unique(Buffer.from(`${core}xx`).toString('base64'));
  yield unique([{ alg: 'HS256' }, { sub: core }, core].map(base64url).join('.'));
  yield* plainValues(['12.34', '12345', 'DEUTDEFF', '#a1b2c3', '1.2.3', 'en', 'DE', 'EUR', 'true', '8080', '12:34']);
}

/** Sixteen digits are as good as unique; a narrow range makes a number that is looked for only where it belongs. */
function* numbers(validators: readonly ValidationMetadata[]): Generator<Candidate> {
  const bound = (name: string) => validators.find(found => found.name === name)?.constraints?.[0] as unknown;
  const [min, max] = [bound('min'), bound('max')];
  const low = typeof min === 'number' ? Math.ceil(min) : 1;
  const high = typeof max === 'number' ? Math.floor(max) : undefined;
  const large = 1_000_000_000_000_000 + randomInt(2 ** 47);
  if (large >= low && (high === undefined || large <= high)) yield unique(large);
  if (high !== undefined && high > low) yield unique(low + randomInt(Math.min(high - low, 2 ** 47)));
  for (const value of [low, high, randomInt(1_000_000), 1, 0, -1, 0.5, 12.34])
    if (value !== undefined) yield unique(value);
}

function* plainValues(values: readonly unknown[]): Generator<Candidate> {
  for (const value of values) yield { value, core: String(value) };
}

function unique(value: string | number): Candidate {
  return { value, core: String(value) };
}

function textLimits(validators: readonly ValidationMetadata[]): { readonly min: number; readonly max: number } {
  let [min, max] = [0, Infinity];
  for (const { name, constraints = [] } of validators) {
    const [first, second] = constraints as readonly (number | undefined)[];
    if (name === 'minLength' || name === 'isLength') min = Math.max(min, first ?? 0);
    if (name === 'maxLength') max = Math.min(max, first ?? Infinity);
    if (name === 'isLength') max = Math.min(max, second ?? Infinity);
  }
  return { min, max };
}

function digits(length: number): string {
  return `${randomInt(1, 10)}${matchingText(/^\d{16}$/)}${matchingText(/^\d{16}$/)}`.slice(0, length);
}

function cardNumber(): string {
  const start = `4${digits(14)}`;
  const sum = start.split('').reduceRight((total, digit, at) => {
    const doubled = (start.length - at) % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${start}${(10 - (sum % 10)) % 10}`;
}

function iban(): string {
  const account = digits(18);
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${check.toString().padStart(2, '0')}${account}`;
}

/** An EAN that is an ISBN as well. */
function articleNumber(): string {
  const start = `978${digits(9)}`;
  const sum = start.split('').reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return `${start}${(10 - (sum % 10)) % 10}`;
}

/** Of a range of German mobile numbers that has no gaps: a number of an unused range is no phone number to a validator. */
function phoneNumber(): string {
  return `+49151${matchingText(/^\d{8}$/)}`;
}

function randomDate(): string {
  return new Date(randomInt(2 ** 40)).toISOString();
}

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}
