import type { Measurement } from './measurement';
import { medianOf, pairedByRound, type Spread, spreadOf } from './statistics';
import type { Variant } from './variants';

/** One variant in one scenario, over all rounds. */
export interface Comparison {
  readonly variant: Variant;
  /** Medians, in microseconds per request. */
  readonly cpuMicros: number;
  /** Differences from the baseline of the same round; `undefined` for the baseline itself. */
  readonly addedMicros: Spread | undefined;
  readonly addedMainThreadMicros: Spread | undefined;
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

/** Sets a variant's measurements in one scenario against the baseline's. */
export function compare(
  variant: Variant,
  measured: readonly Measurement[],
  baseline: readonly Measurement[],
): Comparison {
  const isBaseline = measured === baseline;
  const tellsMainThread = [...measured, ...baseline].every(({ mainThreadMicros }) => mainThreadMicros !== null);
  const paired = (figure: (measurement: Measurement) => number): Spread =>
    spreadOf(pairedByRound(measured, baseline, (own, base) => figure(own) - figure(base)));
  return {
    variant,
    cpuMicros: medianOf(measured.map(cpuPerRequest)),
    addedMicros: isBaseline ? undefined : paired(cpuPerRequest),
    addedMainThreadMicros: isBaseline || !tellsMainThread ? undefined : paired(mainThreadPerRequest),
    requestsPerSecond: medianOf(measured.map(throughput)),
    relativeThroughput: isBaseline
      ? undefined
      : spreadOf(pairedByRound(measured, baseline, (own, base) => throughput(own) / throughput(base))),
    loopDelayP99Ms: medianOf(measured.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
    flushMs: medianOf(measured.map(({ flushMs }) => flushMs)),
    recordsPerRequest: sum(measured.map(({ records }) => records)) / sum(measured.map(({ requests }) => requests)),
  };
}
