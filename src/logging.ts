import type Koa from 'koa';
import type { Context, Middleware } from 'koa';
import type { Attributes } from './capture/attributes';
import type { LoadState } from './capture/load-shedder';
import type { ExchangeCounts } from './capture/snapshot-target';
import type { CoverageReport } from './coverage/coverage-report';
import type { LaneStats } from './delivery/lane-stats';
import type { JsonValue } from './record/json-value';
import type { EncryptionKey } from './redact/redaction-keys';
import type { StoredRecord } from './redact/reveal';
import type { WorkerStats } from './pipeline/record-target';

/** Counters at one moment. Nothing is lost without being counted in one of them. */
export interface LoggingStats {
  /** From request to record: seen = open + pending + recorded + notSelected + dropped. */
  readonly exchanges: ExchangeCounts & {
    /** Requests without an end yet. */
    readonly open: number;
    /** Closed exchanges waiting to become records. */
    readonly pending: number;
  };
  /** How much is recorded while the event loop is late. */
  readonly load: LoadState;
  /** From record to destination, by sink name. */
  readonly sinks: Readonly<Record<string, LaneStats>>;
  /** Only with the option `worker`. */
  readonly worker?: WorkerStats;
}

/** Options of {@link Logging.close}. */
export interface CloseOptions {
  /**
   * Longest wait for requests under way and for deliveries, in milliseconds. Sinks and files that do not close get up to
   * half a second more, a spool whose disk hangs 5 s. @defaultValue 5000
   */
  readonly deadlineMs?: number;
}

/** What `createLogging()` returns. */
export interface Logging {
  /** Koa middleware that follows every request. Use it before all others. */
  middleware(): Middleware;
  /** Adds named values to the `attributes` of a request's record. Without an open record it does nothing. */
  annotate(context: Context, attributes: Attributes): void;
  /**
   * The value that `@Sensitive({ mode: 'encrypt' })` left in a record, also in one read back from a file or a database.
   * Keys are found by the id that the value names, in `redact.encryptionKey` and `redact.oldEncryptionKeys`.
   *
   * @param path As `redactions` lists it: `request.body.cards.0.number`.
   * @param key Another key, for one that the options do not have.
   * @throws `LoggingError` `REVEAL_PATH_UNKNOWN`, `REVEAL_NOT_ENCRYPTED`, `REVEAL_KEY_UNKNOWN`, or `REVEAL_REFUSED`
   * when key and value do not belong together; `OPTION_…` for a wrong key.
   */
  reveal(record: StoredRecord, path: string, key?: EncryptionKey): JsonValue;
  /**
   * Every hash that `@Sensitive({ mode: 'hash' })` may have left for a value: the current key's, then those of
   * `redact.oldHashKeys`. Search for any of them.
   * @throws `LoggingError` `HASH_KEY_MISSING` when the options have no hash key; `OPTION_INVALID` for `null`, `undefined`
   * and what JSON cannot hold, which have no hash.
   */
  hash(value: JsonValue): readonly string[];
  /**
   * Resolves when all requests answered so far are recorded and their records delivered, in the spool, or counted as
   * lost: while a sink is down and there is no spool, that may take as long as the outage.
   */
  flush(): Promise<void>;
  /**
   * Delivers what is pending, closes the sinks and stops for good. What is not delivered by the deadline goes to the
   * spool, or is counted as lost without one. Later calls wait for the same end.
   * @throws `LoggingError` `OPTION_UNKNOWN` or `OPTION_INVALID` for a wrong deadline.
   */
  close(options?: CloseOptions): Promise<void>;
  /** A copy of all counters. */
  stats(): LoggingStats;
  /**
   * Which fields each action takes and what becomes of them, with warnings; plain JSON. Call it once the controllers are
   * registered: `npx logged-controllers-coverage` does so for a build.
   *
   * Without an application it covers those on which this middleware was mounted before `useKoaServer()`, or
   * which it has seen a request of; when there is none, of all controllers that the process has loaded.
   * @example
   * const { warnings } = logging.coverage();
   * if (warnings.length > 0) throw new Error(warnings.map(({ message }) => message).join('\n'));
   */
  coverage(app?: Koa): CoverageReport;
}
