import type { Comparison } from '../report/comparison';
import { atLeast, atMost, type Target } from '../report/report';
import type { Lateness } from '../servers/loop-delay';
import { medianOf } from '../support/statistics';
import type { OutageRun, Timeline } from './run-outage';

const MEBIBYTE = 1_048_576;
const DRAIN_LIMIT_S = 60;

/** The same load on the bare application. */
export interface Baseline {
  readonly p99Ms: number;
  readonly lateness: Lateness;
}

/** Growth of memory from the last healthy seconds to its highest, in MiB. */
export function residentGrowth({ backlogs }: OutageRun, { down }: Timeline): number {
  const before = medianOf(backlogs.slice(Math.max(0, down - 5), down).map(({ residentBytes }) => residentBytes));
  return (Math.max(...backlogs.slice(down).map(({ residentBytes }) => residentBytes)) - before) / MEBIBYTE;
}

/** Seconds from the end of the outage until no more waited than before it; the rest of the run if that never came. */
export function drainSeconds({ backlogs }: OutageRun, { down, up }: Timeline): number {
  const waiting = backlogs.map(({ queued, spooled }) => queued + spooled);
  const usual = Math.max(...waiting.slice(0, down));
  const drained = backlogs.find(({ second }, at) => second > up && waiting[at]! <= usual);
  return (drained ?? backlogs.at(-1)!).second - up;
}

/** R3: nothing is lost. */
export function judgeSpooled(run: OutageRun, timeline: Timeline): Target[] {
  const { accepted } = run.backlogs.at(-1)!;
  return [
    atMost('R3: records lost', accepted - run.stored, 0, '', 0),
    atMost('R3: growth of memory', residentGrowth(run, timeline), 64, 'MiB', 1),
    atMost('R3: backlog gone after the outage, under load', drainSeconds(run, timeline), DRAIN_LIMIT_S, 's', 1),
    atMost('R3: failed requests', run.failed, 0, '', 0),
  ];
}

/** R4: what is lost is known to the last record. */
export function judgeMemoryOnly(run: OutageRun, timeline: Timeline): Target[] {
  const { accepted, dropped } = run.backlogs.at(-1)!;
  return [
    atMost('R4: growth of memory', residentGrowth(run, timeline), 80, 'MiB', 1),
    atLeast('R4: records dropped, so that the limit of the queue was reached', dropped, 1, '', 0),
    atMost('R4: records missing that were not counted', Math.abs(accepted - run.stored - dropped), 0, '', 0),
    atMost('R4: failed requests', run.failed, 0, '', 0),
  ];
}

/** R5: the application does not feel it. */
export function judgeLatency(run: OutageRun, { down, end }: Timeline, baseline: Baseline): Target[] {
  const allowedMs = Math.max(2, baseline.p99Ms * 0.1);
  return [
    atMost('R5: added p99 of the application', run.seconds.p99MsOf(down, end) - baseline.p99Ms, allowedMs, 'ms'),
    atMost('R5: added p99 of the event loop’s delay', run.lateness.p99Ms - baseline.lateness.p99Ms, 5, 'ms'),
    atMost(
      `R5: longest delay of the event loop (bare: ${baseline.lateness.maxMs.toFixed(1)} ms)`,
      run.lateness.maxMs,
      10,
      'ms',
    ),
  ];
}

/** R6: what it costs while all is well. */
export function judgeHealthy({ addedMainThreadMicros, relativeThroughput }: Comparison): Target[] {
  return [
    ...(addedMainThreadMicros
      ? [atMost('R6: added CPU of the main thread for each request', addedMainThreadMicros.median, 80, 'µs', 1)]
      : []),
    atLeast('R6: throughput, of bare', relativeThroughput!.median, 0.9),
  ];
}
