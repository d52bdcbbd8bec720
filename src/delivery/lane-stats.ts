import type { CircuitState } from './circuit';

/**
 * Why a record was given up:
 * - `queue-full`: the lane's queue was at its limit of records or bytes, and there is no spool, or it failed;
 * - `spool-full`: the queue and the spool were both at their limits;
 * - `spool-damaged`: it lay in the spool and cannot be read any more;
 * - `rejected`: the sink said that it can never take it;
 * - `closed`: it was not delivered before the deadline of `close`, or came after `close`;
 * - `crashed`: it was in the worker thread when that ended by itself.
 */
export type DropReason = 'queue-full' | 'spool-full' | 'spool-damaged' | 'rejected' | 'closed' | 'crashed';

/** No drops yet. */
export function noDrops(): Record<DropReason, number> {
  return { 'queue-full': 0, 'spool-full': 0, 'spool-damaged': 0, rejected: 0, closed: 0, crashed: 0 };
}

/** Records that one lane gave up at about one moment, for one reason. */
export interface Drop {
  /** Name of the sink that does not get them. */
  readonly sink: string;
  readonly reason: DropReason;
  /** How many. */
  readonly count: number;
}

/**
 * What a lane does now. `idle` also covers waiting for a batch to fill; `paused` is the wait for somebody to change what
 * the sink says is wrongly set up; `closed` is final.
 */
export type LaneState = 'idle' | 'opening' | 'writing' | 'waiting-to-retry' | 'paused' | 'closed';

/**
 * What became of the records that one sink should get. At every moment
 * `accepted` = `delivered` + `queued` + `spooled` + `inFlight` + the sum of `dropped`.
 */
export interface LaneStats {
  readonly state: LaneState;
  /** Whether the sink is given whole batches: `open` and `half-open` after failures in a row. */
  readonly circuit: CircuitState;
  /**
   * Most records in one write now: `maxBatchRecords`, ten times as many where the sink writes text (files, the console as
   * JSON), less after the sink said that it is overloaded.
   */
  readonly writeLimit: number;
  /** Records that came in, also those that were dropped at once, recovered, or written about a loss. */
  readonly accepted: number;
  /** Records among them that earlier processes left in the spool. */
  readonly recovered: number;
  /** Records that the sink said it stored. */
  readonly delivered: number;
  /** Records that wait for a batch in memory. */
  readonly queued: number;
  /** Their size as JSON. */
  readonly queuedBytes: number;
  /** Records that wait on the disk alone. After `close` they wait for the next process. */
  readonly spooled: number;
  /** What the spool takes up on the disk; in mode `always` also for records that are queued or in flight. */
  readonly spooledBytes: number;
  /** Records of the batch that is being written or waits to be written again. */
  readonly inFlight: number;
  /** Records given up, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Rejected records that this process put into the dead-letter file. */
  readonly deadLetters: number;
  /** Batches handed to the sink, each counted once however often it was written. */
  readonly batches: number;
  /** Writes of a batch after its first. */
  readonly retries: number;
  /** When the request of the oldest record arrived that is in memory and not delivered; `null` when there is none. */
  readonly oldestAt: Date | null;
  /** Since when the sink has been failing; `null` while it works. */
  readonly failingSince: Date | null;
  /** What the sink said when it last failed or rejected a record; kept after it recovered. */
  readonly lastError: string | null;
  /** When records were last delivered; `null` before the first. */
  readonly lastDeliveredAt: Date | null;
}
