import type { Comparison } from './comparison';
import type { Spread } from './statistics';

const HEADINGS: readonly string[] = [
  'variant',
  'CPU µs/request',
  'added',
  'quartiles',
  'added, main thread',
  'quartiles',
  'requests/s',
  'of bare',
  'loop delay p99 ms',
  'flush ms',
  'records/request',
];

const NOTHING = '–';

const medianText = (spread: Spread | undefined): string => spread?.median.toFixed(1) ?? NOTHING;
const quartilesText = (spread: Spread | undefined): string =>
  spread ? `${spread.lowerQuartile.toFixed(1)} … ${spread.upperQuartile.toFixed(1)}` : NOTHING;

function row(comparison: Comparison): readonly string[] {
  const { addedMicros, addedMainThreadMicros, relativeThroughput } = comparison;
  return [
    comparison.variant,
    comparison.cpuMicros.toFixed(1),
    medianText(addedMicros),
    quartilesText(addedMicros),
    medianText(addedMainThreadMicros),
    quartilesText(addedMainThreadMicros),
    comparison.requestsPerSecond.toFixed(0),
    relativeThroughput ? `${(relativeThroughput.median * 100).toFixed(0)} %` : NOTHING,
    comparison.loopDelayP99Ms.toFixed(1),
    comparison.flushMs.toFixed(1),
    comparison.recordsPerRequest.toFixed(2),
  ];
}

/** Columns as wide as their longest cell; the first to the left, figures to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map(cells => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return rows.map(line).join('\n');
}

/** A table for the eye, one line a variant. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  return aligned([HEADINGS, ...comparisons.map(row)]);
}
