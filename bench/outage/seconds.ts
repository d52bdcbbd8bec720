import { quantileOf } from '../support/statistics';

/** What arrived in one second, and when it was answered. */
export class Seconds {
  readonly #latenciesMs: number[][] = [];

  readonly note = (arrivedMs: number, latencyMs: number): void => {
    (this.#latenciesMs[Math.floor(arrivedMs / 1_000)] ??= []).push(latencyMs);
  };

  /** Pairs of second and figure, for a plot. */
  answered(): [number, number][] {
    return this.#map(latenciesMs => latenciesMs.length);
  }

  p99Ms(): [number, number][] {
    return this.#map(latenciesMs => quantileOf(latenciesMs, 0.99));
  }

  /** Over all seconds of a stretch. @throws RangeError when nothing was answered in it. */
  p99MsOf(from: number, to: number): number {
    return quantileOf(this.#latenciesMs.slice(from, to).flat(), 0.99);
  }

  #map(figure: (latenciesMs: readonly number[]) => number): [number, number][] {
    return Array.from(this.#latenciesMs, (latenciesMs, second) => [second, latenciesMs ? figure(latenciesMs) : 0]);
  }
}
