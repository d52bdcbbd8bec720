import type { SnapshotTarget } from '../capture/snapshot-target';
import type { LaneStats } from '../delivery/lane-stats';

/** The thread that makes records, when it is not the application's. */
export interface WorkerStats {
  /**
   * - `running`: it makes the records, or is about to;
   * - `restarting`: it has ended, and the next one is waited for;
   * - `given-up`: too many have ended; the application's thread makes the records;
   * - `closed`: ended by `close()`.
   */
  readonly state: 'running' | 'restarting' | 'given-up' | 'closed';
  /** Threads that ended by themselves. */
  readonly crashes: number;
}

/** The counters of a target. */
export interface TargetStats {
  readonly sinks: Readonly<Record<string, LaneStats>>;
  /** Absent when records are made in the application's thread. */
  readonly worker?: WorkerStats;
}

/**
 * Makes records of snapshots and delivers them, in this thread or in another. It adds to the counters that it shares with
 * whoever made the snapshots.
 */
export interface RecordTarget extends SnapshotTarget {
  /** Snapshots taken that are neither a record nor counted as lost yet. */
  readonly pending: number;
  /** Opens the sinks, in the background. */
  open(): void;
  /** Resolves when all snapshots so far are records, and those delivered or counted as lost. */
  flush(): Promise<void>;
  /** Takes no more, delivers what is pending until the deadline and counts the rest. */
  close(deadlineMs: number): Promise<void>;
  /** Leaves what is pending to the spools before it returns, because the process exits. Must not throw. */
  endNow(): void;
  stats(): TargetStats;
}
