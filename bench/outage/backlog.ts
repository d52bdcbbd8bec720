import type { LaneStats, LoggingStats } from 'logged-controllers';
import type { Health } from '../servers/server-process';

/** What waited for the sink at one moment, and what became of the rest. */
export interface Backlog {
  /** Seconds since the load began. */
  readonly second: number;
  readonly accepted: number;
  /** Records in memory: in the queue or in a batch that is being written. */
  readonly queued: number;
  readonly queuedBytes: number;
  readonly spooled: number;
  readonly spooledBytes: number;
  /** By the lane. */
  readonly dropped: number;
  /** Exchanges that never became records. */
  readonly shed: number;
  readonly residentBytes: number;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** @throws Error when the logging does not have exactly one lane. */
function laneOf(stats: LoggingStats | undefined): LaneStats {
  const lanes = Object.values(stats?.sinks ?? {});
  if (lanes.length !== 1) throw new Error(`One lane is watched, there are ${lanes.length}.`);
  return lanes[0]!;
}

export function backlogOf(second: number, { stats, residentBytes }: Health): Backlog {
  const { accepted, queued, queuedBytes, inFlight, dropped, spooled, spooledBytes } = laneOf(stats);
  return {
    second,
    accepted,
    queued: queued + inFlight,
    queuedBytes,
    spooled,
    spooledBytes,
    dropped: sum(dropped),
    shed: sum(stats!.exchanges.dropped),
    residentBytes,
  };
}
