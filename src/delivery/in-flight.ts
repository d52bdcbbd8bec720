import type { QueuedRecord } from './queued-record';

/**
 * The records in flight, in the portions that they are written in: usually one, more while the sink is probed, spared, or
 * asked which record it is that it refuses.
 */
export class InFlight {
  #portions: (readonly QueuedRecord[])[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get oldest(): QueuedRecord | undefined {
    return this.#portions[0]?.[0];
  }

  take(batch: readonly QueuedRecord[]): void {
    this.#portions = [batch];
    this.#length = batch.length;
  }

  /** The portion to write next, of at most so many records; stays the first until {@link keep} or {@link halve}. */
  next(maxRecords: number): readonly QueuedRecord[] {
    const first = this.#portions[0] ?? [];
    if (first.length <= maxRecords) return first;
    this.#portions.splice(0, 1, first.slice(0, maxRecords), first.slice(maxRecords));
    return this.#portions[0]!;
  }

  /** What is left of the first portion; the rest has found its end. */
  keep(rest: readonly QueuedRecord[]): void {
    this.#length += rest.length - (this.#portions[0]?.length ?? 0);
    if (rest.length > 0) this.#portions[0] = rest;
    else this.#portions.shift();
  }

  /** Has the first portion written in two. */
  halve(): void {
    const first = this.#portions[0] ?? [];
    const middle = Math.ceil(first.length / 2);
    this.#portions.splice(0, 1, first.slice(0, middle), first.slice(middle));
  }

  /** Removes all. */
  release(): readonly QueuedRecord[] {
    const all = this.#portions.flat();
    this.#portions = [];
    this.#length = 0;
    return all;
  }
}
