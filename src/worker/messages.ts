import type { ResolvedDeliveryOptions } from '../delivery/delivery-options';
import type { Drop, LaneStats } from '../delivery/lane-stats';
import type { LossOrigin } from '../delivery/loss-notes';
import type { LoggingErrorCode } from '../errors';
import type { ServiceInfo } from '../record/log-record';
import type { PackedRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';
import type { Facts } from '../redact/facts';
import type { SnapshotRedactionOptions } from '../redact/snapshot-redactor';
import type { SinkRecipe } from '../sinks/sink-recipe';

// What the application's thread and the worker tell each other: all of it plain data.

/** What all workers of one logging are given. */
export interface WorkerSetup {
  readonly service: ServiceInfo;
  readonly redact: SnapshotRedactionOptions;
  readonly delivery: ResolvedDeliveryOptions;
  readonly lossOrigin: LossOrigin;
  readonly sinks: readonly NamedRecipe[];
  /** Some sinks are in the application's thread: finished records go back there as well. */
  readonly returnsRecords: boolean;
}

/** With what a worker starts. */
export interface WorkerStart extends WorkerSetup {
  /** The threads that did this before and have ended by themselves. Their spools are taken over. */
  readonly endedThreads: readonly number[];
}

export interface NamedRecipe extends SinkRecipe {
  readonly name: string;
  /** See `TAKES_PACKED`. */
  readonly takesPacked: boolean;
}

/** Work for a worker, answered by one {@link BatchDone}. */
export interface Batch {
  readonly kind: 'batch';
  readonly number: number;
  /** To be learned before the snapshots are looked at. */
  readonly facts: Facts | null;
  readonly snapshots: readonly Snapshot[];
  /** Made in the application's thread, to be delivered. */
  readonly records: readonly PackedRecord[];
}

/** Where a worker notes, in memory that both threads see, that it has ended delivery and how many records that cost. */
export type EndNotes = Int32Array<SharedArrayBuffer>;
export const END_NOTES = { isDone: 0, lost: 1, length: 2 } as const;

export type ToWorker =
  | Batch
  | { readonly kind: 'flush'; readonly number: number }
  | { readonly kind: 'close'; readonly deadlineMs: number }
  | { readonly kind: 'end'; readonly notes: EndNotes };

type Sinks = Readonly<Record<string, LaneStats>>;

/** All snapshots of a batch are records in their lanes now, except those that failed. */
export interface BatchDone {
  readonly kind: 'done';
  readonly number: number;
  readonly failed: number;
  /** Of the batch's snapshots, when the application's thread has sinks. */
  readonly records?: readonly PackedRecord[];
  readonly sinks: Sinks;
}

/** An error, without what makes it one: classes do not travel. */
export interface ToldError {
  readonly code: LoggingErrorCode;
  readonly message: string;
  readonly cause?: { readonly name: string; readonly message: string; readonly code?: string; readonly stack?: string };
}

export type FromWorker =
  | BatchDone
  | { readonly kind: 'flushed'; readonly number: number; readonly sinks: Sinks }
  | { readonly kind: 'closed'; readonly sinks: Sinks }
  | { readonly kind: 'progress'; readonly drops: readonly Drop[]; readonly sinks: Sinks }
  | { readonly kind: 'report'; readonly error: ToldError };

/** Marks the threads of this package among others, also for other copies of it. */
export const OWN_THREAD = 'logged-controllers:worker';
