import { LoggingError } from '../errors';
import { refuseUnknownKeys, requireBoolean, requireInteger, requireOneOf } from '../option-checks';
import { resolveDeadLetterOptions, type DeadLetterOptions } from './dead-letter-options';
import { resolveSpoolOptions, type SpoolOptions } from './spool/spool-options';

/**
 * Which record goes when a queue is full: the one that waited longest, or the one that just came. Records of level `info`
 * go before warnings and errors in either case.
 */
export type OverflowPolicy = 'drop-oldest' | 'drop-newest';

/** How records travel from the application to every sink. Each sink has a lane of its own with these limits. */
export interface DeliveryOptions {
  /**
   * Records that make a batch, and most of one write: larger ones block the event loop while they are built. Where there is
   * nothing to build because the sink writes text (files, the console as JSON), up to ten batches are written at once when
   * they have come together meanwhile.
   *
   * @defaultValue 100
   */
  readonly maxBatchRecords?: number;
  /**
   * Most bytes in one batch, as JSON, for the same reason; one larger record makes a batch of its own. More is for records
   * with large bodies and a database that takes long to answer, and best in worker mode.
   *
   * @defaultValue 262144 (256 KiB)
   */
  readonly maxBatchBytes?: number;
  /** Longest wait for a batch to fill, in milliseconds. @defaultValue 1000 */
  readonly maxDelayMs?: number;
  /** Most records that wait in one lane, besides the batch in flight. @defaultValue 10000 */
  readonly maxQueueRecords?: number;
  /** Most bytes that wait in one lane, as JSON, besides the batch in flight. @defaultValue 33554432 (32 MiB) */
  readonly maxQueueBytes?: number;
  /** Which record is dropped when `maxQueueRecords` or `maxQueueBytes` is reached. @defaultValue 'drop-oldest' */
  readonly overflow?: OverflowPolicy;
  /** Shortest wait before a failed batch is tried again, in milliseconds. @defaultValue 100 */
  readonly retryMinDelayMs?: number;
  /** Longest wait before a failed batch is tried again, in milliseconds. @defaultValue 30000 */
  readonly retryMaxDelayMs?: number;
  /** Longest wait for one write (or one opening) of a sink, in milliseconds; then it counts as failed. @defaultValue 10000 */
  readonly writeTimeoutMs?: number;
  /**
   * Failures in a row after which a sink counts as down. It is then left alone for longer and longer, and tried with a
   * single record. @defaultValue 5
   */
  readonly circuitFailures?: number;
  /** Whether a sink that lost records is given a record of kind `loss` about them, once it works. @defaultValue true */
  readonly lossRecords?: boolean;
  /** Keeps what memory cannot on the disk, also beyond the end of the process. @defaultValue none */
  readonly spool?: SpoolOptions;
  /**
   * Keeps the records that a sink can never take in a file; `false` keeps only their number.
   * @defaultValue { directory: './.logged', maxBytes: 67108864 (64 MiB) }
   */
  readonly deadLetters?: DeadLetterOptions | false;
}

/** Complete and checked. */
export interface ResolvedDeliveryOptions extends Required<Omit<DeliveryOptions, 'spool' | 'deadLetters'>> {
  readonly spool: Required<SpoolOptions> | null;
  readonly deadLetters: Required<DeadLetterOptions> | null;
}

const DEFAULTS: Omit<ResolvedDeliveryOptions, 'deadLetters'> = {
  maxBatchRecords: 100,
  // Measured (docs/decisions/0008): 1 MiB of large records is built in 12 ms.
  maxBatchBytes: 256 * 1024,
  maxDelayMs: 1_000,
  maxQueueRecords: 10_000,
  maxQueueBytes: 32 * 1024 ** 2,
  overflow: 'drop-oldest',
  retryMinDelayMs: 100,
  retryMaxDelayMs: 30_000,
  writeTimeoutMs: 10_000,
  circuitFailures: 5,
  lossRecords: true,
  spool: null,
};

const MILLISECONDS = { min: 1, unit: 'milliseconds' };
const BYTES = { min: 1, unit: 'bytes' };

const RANGES = {
  maxBatchRecords: { min: 1, max: 100_000 },
  maxBatchBytes: { ...BYTES, max: 1024 ** 3 },
  maxDelayMs: { ...MILLISECONDS, max: 60_000 },
  maxQueueRecords: { min: 1, max: 10_000_000 },
  maxQueueBytes: { ...BYTES, max: 64 * 1024 ** 3 },
  retryMinDelayMs: { ...MILLISECONDS, max: 3_600_000 },
  retryMaxDelayMs: { ...MILLISECONDS, max: 3_600_000 },
  writeTimeoutMs: { ...MILLISECONDS, max: 3_600_000 },
  circuitFailures: { min: 1, max: 1_000 },
};

type NumberOption = keyof typeof RANGES;

/**
 * Fills in the defaults and checks every value, once, before the first request.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, naming the option, its range and the value given.
 * @example
 * resolveDeliveryOptions({ maxDelayMs: 250 }).maxBatchRecords; // 100
 */
export function resolveDeliveryOptions(options: DeliveryOptions = {}): ResolvedDeliveryOptions {
  refuseUnknownKeys('delivery', options, [...Object.keys(DEFAULTS), 'deadLetters']);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const spool = options.spool === undefined ? null : resolveSpoolOptions(options.spool);
  const deadLetters = resolveDeadLetterOptions(options.deadLetters);
  const resolved: ResolvedDeliveryOptions = { ...DEFAULTS, ...given, spool, deadLetters };
  for (const option of Object.keys(RANGES) as NumberOption[]) {
    requireInteger(`delivery.${option}`, resolved[option], RANGES[option]);
  }
  requireOneOf('delivery.overflow', resolved.overflow, ['drop-oldest', 'drop-newest']);
  requireBoolean('delivery.lossRecords', resolved.lossRecords);
  requireAtMost(resolved, 'maxBatchRecords', 'maxQueueRecords');
  requireAtMost(resolved, 'maxBatchBytes', 'maxQueueBytes');
  requireAtMost(resolved, 'retryMinDelayMs', 'retryMaxDelayMs');
  return resolved;
}

function requireAtMost(options: ResolvedDeliveryOptions, smaller: NumberOption, larger: NumberOption): void {
  if (options[smaller] <= options[larger]) return;
  throw new LoggingError(
    'OPTION_INVALID',
    `delivery.${smaller} must not be more than delivery.${larger}, got ${options[smaller]} and ${options[larger]}.`,
  );
}
