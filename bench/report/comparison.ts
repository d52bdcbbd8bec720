import { medianOf, pairedByRound, type Spread, spreadOf } from '../support/statistics';
import type { Measurement } from './measurement';

/** One variant in one workload, over all rounds. */
export interface Comparison {
  readonly variant: string;
  /** Medians, in microseconds per request. */
  readonly cpuMicros: number;
  /** Differences from the baseline of the same round; `undefined` for the baseline itself. */
  readonly addedMicros: Spread | undefined;
  readonly addedMainThreadMicros: Spread | undefined;
  /** 1 is the baseline's CPU. */
  readonly relativeCpu: Spread | undefined;
  /** Answered, and their records delivered. */
  readonly requestsPerSecond: number;
  /** 1 is the baseline's throughput. */
  readonly relativeThroughput: Spread | undefined;
  readonly loopDelayP99Ms: number;
  readonly flushMs: number;
  readonly recordsPerRequest: number;
}

const cpuPerRequest = ({ cpuMicros, requests }: Measurement): number => cpuMicros / requests;
const mainThreadPerRequest = ({ mainThreadMicros, requests }: Measurement): number =>
  (mainThreadMicros ?? NaN) / requests;
// Records that wait are work put off: a rate that leaves them out could not be kept up.
const throughput = ({ requests, elapsedMs, flushMs }: Measurement): number =>
  (requests / (elapsedMs + flushMs)) * 1_000;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Sets a variant's measurements of one workload against the baseline's. */
export function compare(
  variant: string,
  measured: readonly Measurement[],
  baseline: readonly Measurement[],
): Comparison {
  const isBaseline = measured === baseline;
  const tellsMainThread = [...measured, ...baseline].every(({ mainThreadMicros }) => mainThreadMicros !== null);
  const paired = (relate: (own: Measurement, base: Measurement) => number): Spread | undefined =>
    isBaseline ? undefined : spreadOf(pairedByRound(measured, baseline, relate));
  const added = (figure: (measurement: Measurement) => number): Spread | undefined =>
    paired((own, base) => figure(own) - figure(base));
  return {
    variant,
    cpuMicros: medianOf(measured.map(cpuPerRequest)),
    addedMicros: added(cpuPerRequest),
    addedMainThreadMicros: tellsMainThread ? added(mainThreadPerRequest) : undefined,
    relativeCpu: paired((own, base) => cpuPerRequest(own) / cpuPerRequest(base)),
    requestsPerSecond: medianOf(measured.map(throughput)),
    relativeThroughput: paired((own, base) => throughput(own) / throughput(base)),
    loopDelayP99Ms: medianOf(measured.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
    flushMs: medianOf(measured.map(({ flushMs }) => flushMs)),
    recordsPerRequest: sum(measured.map(({ records }) => records)) / sum(measured.map(({ requests }) => requests)),
  };
}

/** Each variant of one workload, in order of appearance, against the baseline: that of its own process, where there is one. */
export function compareAll(measurements: readonly Measurement[], workload: string, baseline: string): Comparison[] {
  const ofWorkload = measurements.filter(measurement => measurement.workload === workload);
  const byVariant = new Map<string, Measurement[]>();
  for (const measurement of ofWorkload) {
    byVariant.set(measurement.variant, [...(byVariant.get(measurement.variant) ?? []), measurement]);
  }
  const base = byVariant.get(baseline) ?? [];
  return [...byVariant].map(([variant, measured]) => {
    const beside = base.filter(measurement => measurement.beside === variant);
    return compare(variant, measured, beside.length > 0 ? beside : base);
  });
}
