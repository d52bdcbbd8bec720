import { requireFunction, requireInteger, requireNumber, requireOneOf, requireRetention } from '../option-checks';

/** Whether bodies are recorded: always, only when the request failed (status 400 and above, or an error), or never. */
export type BodyPolicy = 'always' | 'on-error' | 'never';

/** What a `when` predicate gets of a closed exchange. */
export interface ExchangeView {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** `null` when no status was sent. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly handler: { readonly controller: string; readonly action: string; readonly route: string } | null;
  readonly error: unknown;
}

/** Selection rules; the method's over the class's over those of `createLogging`. */
export interface SelectionOptions {
  /**
   * Share of requests to record, from 0 to 1; the others count through `sampleWeight`. Failures are recorded whatever the
   * share. @defaultValue 1
   */
  readonly sample?: number;
  /** Requests that took at least this long are recorded whatever `sample` says, in milliseconds. @defaultValue none */
  readonly slowMs?: number;
  /** @defaultValue 'always' */
  readonly requestBody?: BodyPolicy;
  /** @defaultValue 'always' */
  readonly responseBody?: BodyPolicy;
  /** Asked after the response; `false` leaves the exchange out. When it throws, the exchange is recorded. */
  readonly when?: (exchange: ExchangeView) => boolean;
  /** How long a store keeps the record, in days, from 0.001 to 36500. @defaultValue the sink's own retention */
  readonly expireAfterDays?: number;
}

/** Options of {@link Logged}. */
export interface LoggedOptions extends SelectionOptions {}

export const SELECTION_KEYS = ['sample', 'slowMs', 'requestBody', 'responseBody', 'when', 'expireAfterDays'] as const;

/**
 * Checks the selection rules that `@Logged` and `createLogging` share.
 * @throws {@link LoggingError} `OPTION_INVALID`
 */
export function checkSelection(prefix: string, options: SelectionOptions): void {
  if (options.sample !== undefined) requireNumber(`${prefix}sample`, options.sample, { min: 0, max: 1 });
  if (options.slowMs !== undefined) {
    requireInteger(`${prefix}slowMs`, options.slowMs, { min: 0, max: 3_600_000, unit: 'milliseconds' });
  }
  for (const key of ['requestBody', 'responseBody'] as const) {
    if (options[key] !== undefined) requireOneOf(`${prefix}${key}`, options[key], ['always', 'on-error', 'never']);
  }
  if (options.when !== undefined) requireFunction(`${prefix}when`, options.when);
  if (options.expireAfterDays !== undefined) requireRetention(`${prefix}expireAfterDays`, options.expireAfterDays);
}
