/** Middle half of a set of values. */
export interface Spread {
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
}

/**
 * Value below which the given share of the sorted values lies; between two values it is interpolated.
 * @throws RangeError for no values, because a median of nothing would pass for a measurement.
 */
function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) throw new RangeError('There are no values to describe.');
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.ceil(place)]!;
  return below + (above - below) * (place - Math.floor(place));
}

/** @throws RangeError when there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  return {
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
  };
}

/** @throws RangeError when there are no values. */
export function quantileOf(values: readonly number[], share: number): number {
  return quantile(
    [...values].sort((left, right) => left - right),
    share,
  );
}

/** @throws RangeError when there are no values. */
export function medianOf(values: readonly number[]): number {
  return spreadOf(values).median;
}

interface InRound {
  readonly round: number;
}

/**
 * Compares each measurement with the baseline's of the same round: what disturbs a whole round then disturbs both sides.
 * @throws RangeError when a round has no baseline or more than one.
 */
export function pairedByRound<Item extends InRound>(
  measured: readonly Item[],
  baseline: readonly Item[],
  compare: (measured: Item, baseline: Item) => number,
): number[] {
  return measured.map(item => {
    const partners = baseline.filter(({ round }) => round === item.round);
    if (partners.length !== 1) {
      throw new RangeError(`Round ${item.round} has ${partners.length} baseline measurements; one is needed.`);
    }
    return compare(item, partners[0]!);
  });
}

/**
 * Order of the contenders in a round: there and back again, so that a steady drift favours none of them, then the same
 * from the next one on, because the first in a round pays for what is cold by then.
 */
export function orderInRound<Item>(items: readonly Item[], round: number): readonly Item[] {
  const first = Math.floor(round / 2) % items.length;
  const order = [...items.slice(first), ...items.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}
