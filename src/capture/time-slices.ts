import type { ProcessTime } from './process-time';

/** Longest uninterrupted work, so that a request never waits longer for it. */
const LONGEST_MS = 5;
const SHORTEST_MS = 1;
// A turn of the event loop that took less had nobody else to serve.
const IDLE_TURN_MS = 0.5;

/**
 * Does pending work piece by piece, in slices between requests. A slice is short, and doubles up to 5 ms while the work
 * piles up or nobody else has any.
 */
export class TimeSlices {
  /** Time spent in slices so far, in milliseconds. */
  workMs = 0;
  #sliceMs = SHORTEST_MS;
  #isScheduled = false;
  #leftBehind = 0;
  #endedAt = 0;

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
    this.time.defer(() => this.#run());
  }

  #run(): void {
    this.#isScheduled = false;
    const start = this.time.now();
    this.#adapt(start);
    let now = start;
    while (this.pending.length > 0 && now - start < this.#sliceMs) {
      this.doNext();
      now = this.time.now();
    }
    this.workMs += now - start;
    this.#endedAt = now;
    this.#leftBehind = this.pending.length;
    if (this.#leftBehind > 0) this.schedule();
    else this.onIdle();
  }

  #adapt(start: number): void {
    if (this.#leftBehind === 0) this.#sliceMs = SHORTEST_MS;
    else if (this.pending.length > this.#leftBehind || start - this.#endedAt < IDLE_TURN_MS) {
      this.#sliceMs = Math.min(LONGEST_MS, this.#sliceMs * 2);
    } else this.#sliceMs = Math.max(SHORTEST_MS, this.#sliceMs / 2);
  }
}
