/** Maps values to places on a page. */
export interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Distance of ticks that is 1, 2 or 5 times a power of ten. */
function niceStep(span: number, wanted: number): number {
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find(factor => factor * power >= rough)!;
}

function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  // Multiplied, not added up: 0.1 + 0.2 is no tick.
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** @param values what has to fit on the axis, at least one */
export function linearAxis(values: readonly number[], start: number, end: number, { fromZero = false } = {}): Axis {
  const low = fromZero ? Math.min(0, ...values) : Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || 1;
  const step = niceStep(span, 4);
  // The highest value gets a tick above it, so that no line leaves its frame.
  const top = fromZero ? Math.ceil((low + span) / step - 1e-9) * step : low + span;
  return {
    place: value => start + ((value - low) / (top - low)) * (end - start),
    ticks: multiples(low, top, step),
  };
}

/** @param values above 0 */
export function logAxis(values: readonly number[], start: number, end: number): Axis {
  const low = Math.log10(Math.min(...values));
  const span = Math.log10(Math.max(...values)) - low || 1;
  return {
    place: value => start + ((Math.log10(value) - low) / span) * (end - start),
    ticks: multiples(low, low + span, 1).map(exponent => 10 ** exponent),
  };
}
