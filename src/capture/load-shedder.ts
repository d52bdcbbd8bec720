import { LoggingError } from '../errors';
import type { Reporter } from '../reporter';
import type { ProcessTime } from './process-time';

/** When records of successful requests are sampled down. */
export interface LoadSheddingOptions {
  /** Mean lateness of the event loop from which on less is recorded, in milliseconds. @defaultValue 50 */
  readonly maxEventLoopDelayMs?: number;
}

/** How much is recorded now. */
export interface LoadState {
  /** One of so many successful requests becomes a record: 1 (all) to 64. */
  readonly recordsOneOf: number;
  /** Mean lateness of the event loop when it was last looked at; `null` before that. */
  readonly eventLoopDelayMs: number | null;
}

const LOOK_EVERY_MS = 500;
const RECOVER_AFTER_MS = 5_000;
const MOST_OF = 64;
// Below this share of the time, records are not what makes the loop late, and recording less would lose them for nothing.
const SHARE_WORTH_SHEDDING = 0.05;

export interface LoadShedderContext {
  readonly reporter: Reporter;
  /** All the time that making records has taken so far, in milliseconds. */
  readonly workMs: () => number;
  readonly time: ProcessTime;
}

/**
 * Sees to it that logging gives way before the application suffers: while the event loop is late and records take a
 * part in that, fewer successful requests are recorded, in halves down to one of 64, and more again, step by step, when the
 * loop has been well in time for a while. Looks only when an exchange comes in: it has no timer of its own.
 */
export class LoadShedder {
  #recordsOneOf = 1;
  #delayMs: number | null = null;
  #lastLook: { readonly at: number; readonly workMs: number } | undefined;
  #calmSince: number | undefined;

  constructor(
    private readonly options: Required<LoadSheddingOptions>,
    private readonly context: LoadShedderContext,
  ) {}

  get state(): LoadState {
    return { recordsOneOf: this.#recordsOneOf, eventLoopDelayMs: this.#delayMs };
  }

  /** The share of successful requests to record now, from 1/64 to 1. */
  share(): number {
    const now = this.context.time.now();
    if (!this.#lastLook) this.#begin(now);
    else if (now - this.#lastLook.at >= LOOK_EVERY_MS) this.#look(now, this.#lastLook);
    return 1 / this.#recordsOneOf;
  }

  stop(): void {
    this.context.time.loopDelay.stop();
  }

  #begin(now: number): void {
    this.context.time.loopDelay.start();
    this.#lastLook = { at: now, workMs: this.context.workMs() };
  }

  #look(now: number, last: { readonly at: number; readonly workMs: number }): void {
    const delayMs = this.context.time.loopDelay.takeMeanMs();
    if (delayMs === undefined) return;
    const workMs = this.context.workMs();
    const isWorthIt = workMs - last.workMs > (now - last.at) * SHARE_WORTH_SHEDDING;
    this.#lastLook = { at: now, workMs };
    this.#delayMs = delayMs;
    const { maxEventLoopDelayMs } = this.options;
    if (delayMs > maxEventLoopDelayMs && isWorthIt) this.#recordLess(delayMs);
    if (delayMs * 2 > maxEventLoopDelayMs) this.#calmSince = undefined;
    else this.#recover(now, (this.#calmSince ??= last.at));
  }

  #recordLess(delayMs: number): void {
    if (this.#recordsOneOf === MOST_OF) return;
    this.#recordsOneOf *= 2;
    this.context.reporter.reportEachMinute('load-shed', () => {
      const late = `The event loop is ${Math.round(delayMs)} ms late (loadShedding.maxEventLoopDelayMs is ${this.options.maxEventLoopDelayMs})`;
      return new LoggingError(
        'LOAD_SHED',
        `${late}, so one of ${this.#recordsOneOf} successful requests is recorded. Failed and slow ones are all kept. ` +
          'stats().load tells how it goes on.',
      );
    });
  }

  #recover(now: number, calmSince: number): void {
    const steps = Math.floor((now - calmSince) / RECOVER_AFTER_MS);
    this.#recordsOneOf = Math.max(1, this.#recordsOneOf / 2 ** steps);
    this.#calmSince = calmSince + steps * RECOVER_AFTER_MS;
  }
}
