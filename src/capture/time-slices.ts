import type { ProcessTime } from './process-time';

/** Longest uninterrupted work, so that a request never waits longer for it. */
const LONGEST_MS = 5;
const SHORTEST_MS = 1;

/**
 * Does pending work piece by piece, in slices between requests: it lets some gather, then takes a short slice, and longer
 * ones of up to 5 ms while they leave some behind.
 */
export class TimeSlices {
  /** Time spent in slices so far, in milliseconds. */
  workMs = 0;
  #sliceMs = SHORTEST_MS;
  #isScheduled = false;
  #isHurried = false;
  #leftBehind = 0;

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
    this.#sliceMs = this.#nextSliceMs();
    this.#work(this.#sliceMs);
    this.#leftBehind = this.pending.length;
    if (this.#leftBehind > 0) return this.time.defer(this.#run);
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

  /** Longer only while something is left behind: a short slice that just keeps up would let a backlog stay for good. */
  #nextSliceMs(): number {
    return this.#leftBehind === 0 ? SHORTEST_MS : Math.min(LONGEST_MS, this.#sliceMs * 2);
  }
}
