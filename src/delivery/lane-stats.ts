/**
 * Why a record was given up:
 * - `queue-full`: the lane's queue was at its limit of records or bytes;
 * - `rejected`: the sink said that it can never take it;
 * - `closed`: it was not delivered before the deadline of `close`, or came after `close`.
 */
export type DropReason = 'queue-full' | 'rejected' | 'closed';

/** Records that one lane gave up at one moment, for one reason. */
export interface Drop {
  /** Name of the sink that does not get them. */
  readonly sink: string;
  readonly reason: DropReason;
  /** How many. */
  readonly count: number;
}

/** `idle` also covers waiting for a batch to fill. `closed` is final. */
export type LaneState = 'idle' | 'opening' | 'writing' | 'waiting-to-retry' | 'closed';

/**
 * What became of the records that one sink should get. At every moment
 * `accepted` = `delivered` + `queued` + `inFlight` + the sum of `dropped`.
 */
export interface LaneStats {
  readonly state: LaneState;
  /** Records that came in, also those that were dropped at once. */
  readonly accepted: number;
  /** Records that the sink said it stored. */
  readonly delivered: number;
  /** Records that wait for a batch. */
  readonly queued: number;
  /** Their estimated size. */
  readonly queuedBytes: number;
  /** Records of the batch that is being written or waits to be written again. */
  readonly inFlight: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Batches handed to the sink, each counted once however often it was written. */
  readonly batches: number;
  /** Writes of a batch after its first. */
  readonly retries: number;
  /** Since when the sink has been failing; `null` while it works. */
  readonly failingSince: Date | null;
  /** What the sink said when it last failed or rejected a record; kept after it recovered. */
  readonly lastError: string | null;
  readonly lastDeliveredAt: Date | null;
}
