import { medianOf, pairedByRound, spreadOf } from '../support/statistics';
import type { Latency } from './measurement';
import { atMost, type Table, type Target } from './report';

interface LatencyComparison {
  readonly variant: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Medians of differences from the baseline of the same round. */
  readonly addedP50Ms: number;
  readonly addedP99Ms: number;
}

function compareLatencies(latencies: readonly Latency[], workload: string, baseline: string): LatencyComparison[] {
  const ofWorkload = latencies.filter(latency => latency.workload === workload);
  const base = ofWorkload.filter(({ variant }) => variant === baseline);
  const variants = [...new Set(ofWorkload.map(({ variant }) => variant))];
  return variants.map(variant => {
    const own = ofWorkload.filter(latency => latency.variant === variant);
    const added = (figure: (latency: Latency) => number): number =>
      spreadOf(pairedByRound(own, base, (one, other) => figure(one) - figure(other))).median;
    return {
      variant,
      requestsPerSecond: own[0]!.requestsPerSecond,
      p50Ms: medianOf(own.map(({ p50Ms }) => p50Ms)),
      p99Ms: medianOf(own.map(({ p99Ms }) => p99Ms)),
      addedP50Ms: added(({ p50Ms }) => p50Ms),
      addedP99Ms: added(({ p99Ms }) => p99Ms),
    };
  });
}

export function latencyTable(latencies: readonly Latency[], workload: string, baseline: string): Table {
  const compared = compareLatencies(latencies, workload, baseline);
  return {
    caption: `${workload}: response times at ${compared[0]!.requestsPerSecond} requests/s, 40 % of what bare can take`,
    columns: ['variant', 'p50 ms', 'added', 'p99 ms', 'added'],
    rows: compared.map(({ variant, p50Ms, p99Ms, addedP50Ms, addedP99Ms }) => {
      const isBaseline = variant === baseline;
      const added = (figure: number): string => (isBaseline ? '–' : figure.toFixed(2));
      return [variant, p50Ms.toFixed(2), added(addedP50Ms), p99Ms.toFixed(2), added(addedP99Ms)];
    }),
  };
}

/** Within 3 % or 0.3 ms of the baseline, whichever is more. */
export function latencyTargets(
  latencies: readonly Latency[],
  workload: string,
  baseline: string,
  variants: readonly string[],
): Target[] {
  const compared = compareLatencies(latencies, workload, baseline);
  const base = compared.find(({ variant }) => variant === baseline)!;
  return compared
    .filter(({ variant }) => variants.includes(variant))
    .map(({ variant, addedP99Ms }) =>
      atMost(`${workload}, ${variant}: added p99 at 40 % load`, addedP99Ms, Math.max(0.3, base.p99Ms * 0.03), 'ms'),
    );
}
