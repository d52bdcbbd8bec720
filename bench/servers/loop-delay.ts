import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const TIMER_MS = 1;

/** How late the event loop came to a timer, in milliseconds. */
export interface Lateness {
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Watches the event loop by a timer of one millisecond, which itself takes some CPU: only while it is asked to. */
export class LoopDelay {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: TIMER_MS });

  begin(): void {
    this.#histogram.reset();
    this.#histogram.enable();
  }

  /** Since `begin`, or since this was called before. */
  next(): Lateness {
    const lateness = this.end();
    this.begin();
    return lateness;
  }

  end(): Lateness {
    this.#histogram.disable();
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - TIMER_MS);
    return { p99Ms: late(this.#histogram.percentile(99)), maxMs: late(this.#histogram.max) };
  }
}
