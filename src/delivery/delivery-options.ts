import { LoggingError } from '../errors';
import { refuseUnknownKeys, requireInteger, requireOneOf } from '../option-checks';

/** Which record goes when a queue is full: the one that waited longest, or the one that just came. */
export type OverflowPolicy = 'drop-oldest' | 'drop-newest';

/** How records travel from the application to every sink. Each sink has a lane of its own with these limits. */
export interface DeliveryOptions {
  /** Most records in one batch. Larger ones block the event loop while they are built. @defaultValue 100 */
  readonly maxBatchRecords?: number;
  /** Most bytes in one batch, estimated; one larger record makes a batch of its own. @defaultValue 1048576 (1 MiB) */
  readonly maxBatchBytes?: number;
  /** Longest wait for a batch to fill, in milliseconds. @defaultValue 1000 */
  readonly maxDelayMs?: number;
  /** Most records that wait in one lane, besides the batch in flight. @defaultValue 10000 */
  readonly maxQueueRecords?: number;
  /** Most bytes that wait in one lane, estimated, besides the batch in flight. @defaultValue 33554432 (32 MiB) */
  readonly maxQueueBytes?: number;
  /** Which record is dropped when `maxQueueRecords` or `maxQueueBytes` is reached. @defaultValue 'drop-oldest' */
  readonly overflow?: OverflowPolicy;
  /** Shortest wait before a failed batch is tried again, in milliseconds. @defaultValue 100 */
  readonly retryMinDelayMs?: number;
  /** Longest wait before a failed batch is tried again, in milliseconds. @defaultValue 30000 */
  readonly retryMaxDelayMs?: number;
  /** Longest wait for one write (or one opening) of a sink, in milliseconds; then it counts as failed. @defaultValue 10000 */
  readonly writeTimeoutMs?: number;
}

const DEFAULTS: Required<DeliveryOptions> = {
  maxBatchRecords: 100,
  maxBatchBytes: 1024 ** 2,
  maxDelayMs: 1_000,
  maxQueueRecords: 10_000,
  maxQueueBytes: 32 * 1024 ** 2,
  overflow: 'drop-oldest',
  retryMinDelayMs: 100,
  retryMaxDelayMs: 30_000,
  writeTimeoutMs: 10_000,
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
};

type NumberOption = keyof typeof RANGES;

/**
 * Fills in the defaults and checks every value, once, before the first request.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, naming the option, its range and the value given.
 * @example
 * resolveDeliveryOptions({ maxDelayMs: 250 }).maxBatchRecords; // 100
 */
export function resolveDeliveryOptions(options: DeliveryOptions = {}): Required<DeliveryOptions> {
  refuseUnknownKeys('delivery', options, Object.keys(DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: Required<DeliveryOptions> = { ...DEFAULTS, ...given };
  for (const option of Object.keys(RANGES) as NumberOption[]) {
    requireInteger(`delivery.${option}`, resolved[option], RANGES[option]);
  }
  requireOneOf('delivery.overflow', resolved.overflow, ['drop-oldest', 'drop-newest']);
  requireAtMost(resolved, 'maxBatchRecords', 'maxQueueRecords');
  requireAtMost(resolved, 'maxBatchBytes', 'maxQueueBytes');
  requireAtMost(resolved, 'retryMinDelayMs', 'retryMaxDelayMs');
  return resolved;
}

function requireAtMost(options: Required<DeliveryOptions>, smaller: NumberOption, larger: NumberOption): void {
  if (options[smaller] <= options[larger]) return;
  throw new LoggingError(
    'OPTION_INVALID',
    `delivery.${smaller} must not be more than delivery.${larger}, got ${options[smaller]} and ${options[larger]}.`,
  );
}
