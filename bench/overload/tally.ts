import type { LoadState, LoggingStats } from 'logged-controllers';
import type { Look } from '../servers/server-process';
import type { Lateness } from '../servers/loop-delay';

/** What has become of the requests of a logging so far, and how it is at that moment. */
export interface Tally {
  /** Seconds since the load began. */
  readonly second: number;
  readonly recorded: number;
  readonly shed: number;
  /** Never became records for other reasons: overloaded, failed, closed. */
  readonly lost: number;
  /** Records that were made, and given up by the sink's lane. */
  readonly dropped: number;
  /** Ended, and not yet recorded or left out. */
  readonly pending: number;
  readonly load: LoadState | undefined;
  /** Of the event loop since the last tally. */
  readonly lateness: Lateness;
  readonly residentBytes: number;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

export function tallyOf(second: number, { stats, residentBytes, lateness }: Look): Tally {
  const { recorded = 0, dropped = noDrops, pending = 0 } = stats?.exchanges ?? {};
  const { shed } = dropped;
  const lanes = Object.values(stats?.sinks ?? {});
  return {
    second,
    recorded,
    shed,
    lost: sum(dropped) - shed,
    dropped: lanes.reduce((total, lane) => total + sum(lane.dropped), 0),
    pending,
    load: stats?.load,
    lateness,
    residentBytes,
  };
}

const noDrops: LoggingStats['exchanges']['dropped'] = { overloaded: 0, shed: 0, failed: 0, closed: 0 };

/** Pairs of second and growth of a count in each second, for a plot. */
export function ratesOf(tallies: readonly Tally[], count: (tally: Tally) => number): [number, number][] {
  return tallies.slice(1).map((tally, before) => {
    const last = tallies[before]!;
    return [tally.second, (count(tally) - count(last)) / (tally.second - last.second)];
  });
}

/** Pairs of second and the share of requests that were recorded, of those whose lot was decided in it. */
export function recordedShares(tallies: readonly Tally[]): [number, number][] {
  const decided = ratesOf(tallies, ({ recorded, shed, lost }) => recorded + shed + lost);
  const recorded = ratesOf(tallies, each => each.recorded);
  return recorded.flatMap(([second, rate], at) => {
    const [, all] = decided[at]!;
    return all > 0 ? [[second, rate / all] as [number, number]] : [];
  });
}
