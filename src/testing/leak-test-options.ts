import { LoggingError } from '../errors';
import {
  describeValue,
  refuseUnknownKeys,
  requireBoolean,
  requireInteger,
  requireOptionsObject,
  requireTextList,
} from '../option-checks';
import type { ActionSample } from './request-draft';

/** Headers by name in lower case. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** Options of {@link leakTest}. */
export interface LeakTestOptions {
  /**
   * Headers of every request, such as credentials, or a function that makes them anew for each; a sensitive one is
   * looked for like every other secret.
   * @defaultValue {}
   */
  readonly headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>);
  /** Valid values by `Controller.action`, for actions that refuse the ones that the kit makes up. @defaultValue {} */
  readonly samples?: Readonly<Record<string, ActionSample>>;
  /**
   * Fields that must never come out whatever marks and names say, as coverage names them: `POST /payments
   * body.card.number`, `POST /log-in response.ticket`. Keep the list with the test: when a mark is taken away, nothing
   * else may be left to say that the field was a secret. A field of a body that has no such name any more is sent all
   * the same; a route that is not there is refused.
   * @defaultValue []
   */
  readonly secrets?: readonly string[];
  /** Actions that are not to be called, as `Controller.action`. @defaultValue [] */
  readonly skip?: readonly string[];
  /** Files and folders of which everything is read that is added meanwhile. @defaultValue ['./.logged'] */
  readonly files?: readonly string[];
  /** Throw a {@link LeakError} for a leak; `false` only reports it. @defaultValue true */
  readonly throwOnLeak?: boolean;
  /** Longest wait for one answer, and for the sinks at the end, in milliseconds. @defaultValue 5000 */
  readonly timeoutMs?: number;
}

export interface ResolvedLeakTestOptions extends Required<Omit<LeakTestOptions, 'headers'>> {
  readonly headers: () => Promise<RequestHeaders>;
}

const SAMPLE_KEYS = [
  'body',
  'query',
  'params',
  'headers',
  'cookies',
] as const satisfies readonly (keyof ActionSample)[];

/** @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function resolveLeakTestOptions(options: LeakTestOptions): ResolvedLeakTestOptions {
  refuseUnknownKeys('leakTest()', options, [
    'headers',
    'samples',
    'secrets',
    'skip',
    'files',
    'throwOnLeak',
    'timeoutMs',
  ]);
  const { headers = {}, samples = {}, secrets = [], skip = [], files = ['./.logged'] } = options;
  const { throwOnLeak = true, timeoutMs = 5_000 } = options;
  if (typeof headers !== 'function') requireHeaders('leakTest() headers', headers);
  requireOptionsObject('leakTest() samples', samples);
  for (const [action, sample] of Object.entries(samples)) checkSample(`leakTest() samples['${action}']`, sample);
  requireTextList('leakTest() secrets', secrets);
  requireTextList('leakTest() skip', skip);
  requireTextList('leakTest() files', files);
  requireBoolean('leakTest() throwOnLeak', throwOnLeak);
  requireInteger('leakTest() timeoutMs', timeoutMs, { min: 1, max: 600_000, unit: 'milliseconds' });
  return { headers: () => headersOf(headers), samples, secrets, skip, files, throwOnLeak, timeoutMs };
}

async function headersOf(headers: NonNullable<LeakTestOptions['headers']>): Promise<RequestHeaders> {
  if (typeof headers !== 'function') return headers;
  const made = await headers();
  requireHeaders('leakTest() headers(), the result,', made);
  return made;
}

function checkSample(name: string, sample: ActionSample): void {
  refuseUnknownKeys(name, sample, SAMPLE_KEYS);
  const { query, params, headers, cookies } = sample;
  for (const [key, part] of Object.entries({ query, params })) {
    if (part !== undefined) requireOptionsObject(`${name}.${key}`, part);
  }
  for (const [key, part] of Object.entries({ headers, cookies })) {
    if (part !== undefined) requireHeaders(`${name}.${key}`, part);
  }
}

function requireHeaders(name: string, headers: unknown): void {
  requireOptionsObject(name, headers);
  for (const [header, value] of Object.entries(headers)) {
    if (typeof value === 'string') continue;
    throw new LoggingError('OPTION_INVALID', `${name}['${header}'] must be a string, got ${describeValue(value)}.`);
  }
}
