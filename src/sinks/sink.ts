import type { RejectedRecord, Report } from '../errors';
import type { AnyRecord } from '../record/log-record';

/** What a sink may use of the `Logging` it belongs to. */
export interface SinkContext {
  /** For what cannot be told by rejecting: state changes, a part that was left out. Printed or sent to `onError`. */
  readonly report: Report;
}

/** What became of a batch that was not refused as a whole. */
export interface WriteResult {
  /** Records of the batch that can never be stored (poison); the others are stored. */
  readonly rejected?: readonly RejectedRecord[];
}

/**
 * A destination of records. One batch is in flight at a time; a record may come again after a failure, so a sink should
 * be idempotent by `_id` where its destination allows it. A write that was given up (its `signal` aborted) may still run
 * when the batch comes again.
 */
export interface Sink {
  /** Names the sink in counters and messages; unique within one `createLogging`. */
  readonly name: string;
  /** Called before the first write, and again when it rejected or gave no answer within `writeTimeoutMs`. */
  open?(context: SinkContext): Promise<void>;
  /**
   * Stores a batch of at least one record. Records of kind `loss` come in batches of their own; other kinds may follow.
   *
   * Resolves when every record is stored or listed in `rejected`. Rejects with a {@link SinkError} otherwise; any other
   * error counts as retryable. `signal` aborts when the write deadline or the deadline of `close` has passed.
   */
  write(batch: readonly AnyRecord[], signal: AbortSignal): Promise<void | WriteResult>;
  /**
   * Stores records before it returns, when the process exits and nothing can be waited for; called once and last. The
   * records of a `write` under way are among them: the sink leaves out those that it has handed over already, by their
   * `_id`, because they may be other objects. Without this method and without a spool such records are lost.
   */
  writeSync?(batch: readonly AnyRecord[]): void;
  /** Called once, after the last write; also when nothing was written or `open` never succeeded. */
  close?(): Promise<void>;
}
