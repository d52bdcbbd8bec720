import { quantileOf } from '../support/statistics';

/** A load by its seconds: what arrived in each, how long that took, and what was answered in it. */
export class Seconds {
  readonly #latenciesMs: number[][] = [];
  readonly #answered: number[] = [];

  readonly note = (arrivedMs: number, latencyMs: number): void => {
    this.#noteWait(arrivedMs, latencyMs);
    const second = Math.floor((arrivedMs + latencyMs) / 1_000);
    this.#answered[second] = (this.#answered[second] ?? 0) + 1;
  };

  /** What was given up counts with the time that it waited. */
  noteGivenUp(arrivedMs: number, waitedMs: number): void {
    this.#noteWait(arrivedMs, waitedMs);
  }

  /** Pairs of second and figure, for a plot. */
  arrived(): [number, number][] {
    return this.#map(latenciesMs => latenciesMs.length);
  }

  answered(): [number, number][] {
    return Array.from(this.#answered, (count, second) => [second, count ?? 0]);
  }

  /** By the second of arrival. */
  p99Ms(): [number, number][] {
    return this.#map(latenciesMs => quantileOf(latenciesMs, 0.99));
  }

  /** Of what arrived in a stretch. @throws RangeError when nothing did. */
  p99MsOf(from: number, to: number): number {
    return quantileOf(this.#latenciesMs.slice(from, to).flat(), 0.99);
  }

  #noteWait(arrivedMs: number, waitedMs: number): void {
    (this.#latenciesMs[Math.floor(arrivedMs / 1_000)] ??= []).push(waitedMs);
  }

  #map(figure: (latenciesMs: readonly number[]) => number): [number, number][] {
    return Array.from(this.#latenciesMs, (latenciesMs, second) => [second, latenciesMs ? figure(latenciesMs) : 0]);
  }
}
