import type { ProcessTime } from './process-time';

/** Longest uninterrupted work, so that a request never waits longer for it. */
const LONGEST_MS = 5;
// Measured: with 1 ms the CPU is the same, and the slowest responses take half as long again (docs/decisions/0006).
const SHORTEST_MS = 0.25;

/**
 * Does pending work piece by piece, in slices between requests: it lets some gather, then takes short slices one after the
 * other until nothing is left, and longer ones of up to 5 ms while there is no less left each time.
 */
export class TimeSlices {
  /** Time spent in slices so far, in milliseconds. */
  workMs = 0;
  #sliceMs = SHORTEST_MS;
  #isScheduled = false;
  #isHurried = false;
  /** After the last slice; nothing is compared with the first one after a rest. */
  #leftBehind = Infinity;

  /** @param doNext does one piece of the `pending` work; must not throw. */
  constructor(
    private readonly pending: { readonly length: number },
    private readonly doNext: () => void,
    private readonly onIdle: () => void,
    private readonly time: ProcessTime,
  ) {}

  /** Sees to it that the pending work will be done. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.time.gather(this.#run);
  }

  /** Sees to it that what has gathered is worked on before the next event is looked at. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    this.time.soon(this.#runHurried);
  }

  /** Does it all before it returns, for so long at most. */
  finishNow(budgetMs: number): void {
    this.#work(budgetMs);
    if (this.pending.length === 0) this.onIdle();
  }

  readonly #runHurried = (): void => {
    this.#isHurried = false;
    this.#work(LONGEST_MS);
  };

  readonly #run = (): void => {
    this.#work(this.#sliceMs);
    const left = this.pending.length;
    if (left > 0) {
      if (left >= this.#leftBehind) this.#sliceMs = Math.min(LONGEST_MS, this.#sliceMs * 2);
      this.#leftBehind = left;
      return this.time.defer(this.#run);
    }
    this.#sliceMs = SHORTEST_MS;
    this.#leftBehind = Infinity;
    this.#isScheduled = false;
    this.onIdle();
  };

  #work(atMostMs: number): void {
    const start = this.time.now();
    let now = start;
    while (this.pending.length > 0 && now - start < atMostMs) {
      this.doNext();
      now = this.time.now();
    }
    this.workMs += now - start;
  }
}
