import { refuseUnknownKeys, requireInteger, requireText } from '../option-checks';
import type { LogRecord, LossRecord } from '../record/log-record';
import type { Sink } from './sink';

/** Options of `memorySink`. */
export interface MemorySinkOptions {
  /** Names the sink in counters and messages. @defaultValue 'memory' */
  readonly name?: string;
  /** Most records kept; the oldest make room. @defaultValue 1000 */
  readonly maxRecords?: number;
}

/** A sink whose records can be looked at. */
export interface MemorySink extends Sink {
  /** What was written, oldest first. The array does not change any more; later writes show in the next look. */
  readonly records: readonly LogRecord[];
  /** What was lost on the way here, oldest first; they too are at most `maxRecords`. */
  readonly losses: readonly LossRecord[];
  /** Forgets all of them. */
  clear(): void;
}

/**
 * Keeps the latest records in memory: for specs, examples and a first look.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`.
 * @example
 * const sink = memorySink({ maxRecords: 100 });
 * const logging = createLogging({ sinks: [sink] });
 * await logging.flush();
 * console.log(sink.records.map(record => record.response.status));
 */
export function memorySink(options: MemorySinkOptions = {}): MemorySink {
  refuseUnknownKeys('memorySink', options, ['name', 'maxRecords']);
  const { name = 'memory', maxRecords = 1_000 } = options;
  requireText('memorySink.name', name);
  requireInteger('memorySink.maxRecords', maxRecords, { min: 1, max: 1_000_000, unit: 'records' });

  let records: readonly LogRecord[] = [];
  let losses: readonly LossRecord[] = [];
  return {
    name,
    get records() {
      return records;
    },
    get losses() {
      return losses;
    },
    clear() {
      records = [];
      losses = [];
    },
    async write(batch) {
      const requests = batch.filter(record => record.kind === 'request');
      records = [...records, ...requests].slice(-maxRecords);
      losses = [...losses, ...batch.filter(record => record.kind === 'loss')].slice(-maxRecords);
    },
  };
}
