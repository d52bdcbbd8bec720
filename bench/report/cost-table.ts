import type { Spread } from '../support/statistics';
import type { Comparison } from './comparison';
import type { Table } from './report';

const NOTHING = '–';

const COLUMNS: readonly string[] = [
  'variant',
  'CPU µs/request',
  'added',
  'quartiles',
  'added, main thread',
  'quartiles',
  'CPU of bare',
  'requests/s',
  'of bare',
  'loop delay p99 ms',
  'flush ms',
  'records/request',
];

const medianText = (spread: Spread | undefined, digits = 1): string => spread?.median.toFixed(digits) ?? NOTHING;
const quartilesText = (spread: Spread | undefined): string =>
  spread ? `${spread.lowerQuartile.toFixed(1)} … ${spread.upperQuartile.toFixed(1)}` : NOTHING;

function row(comparison: Comparison): readonly string[] {
  const { addedMicros, addedMainThreadMicros, relativeCpu, relativeThroughput } = comparison;
  return [
    comparison.variant,
    comparison.cpuMicros.toFixed(1),
    medianText(addedMicros),
    quartilesText(addedMicros),
    medianText(addedMainThreadMicros),
    quartilesText(addedMainThreadMicros),
    medianText(relativeCpu, 2),
    comparison.requestsPerSecond.toFixed(0),
    relativeThroughput ? `${(relativeThroughput.median * 100).toFixed(0)} %` : NOTHING,
    comparison.loopDelayP99Ms.toFixed(1),
    comparison.flushMs.toFixed(1),
    comparison.recordsPerRequest.toFixed(2),
  ];
}

/** What each variant costs in one workload, one line a variant. */
export function costTable(caption: string, comparisons: readonly Comparison[]): Table {
  return { caption, columns: COLUMNS, rows: comparisons.map(row) };
}
