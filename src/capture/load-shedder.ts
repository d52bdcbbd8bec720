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
  /** Mean lateness of the event loop when it was last looked at, in milliseconds; `null` before that. */
  readonly eventLoopDelayMs: number | null;
}

const LOOK_EVERY_MS = 500;
const RECOVER_AFTER_MS = 5_000;
const MOST_OF = 64;
// With fewer exchanges in one look, and in a single late look, the loop is late because something else starts or pauses.
const LEAST_EXCHANGES = 50;
const LEAST_LATE_LOOKS = 2;
// So many times the limit, on the average of half a second, is none of the pauses that pass by themselves.
const VERY_LATE = 4;
// Below this share of the time, records are not what makes the loop late, and recording less would lose them for nothing.
const SHARE_WORTH_SHEDDING = 0.05;
// What does not fit any more is lost, failures too.
const LARGEST_BACKLOG = 0.5;
const CALM = 0.5;

/** What making records takes. */
export interface RecordWork {
  /** All the time it has taken so far, in milliseconds. */
  spentMs(): number;
  /** How near the limits the exchanges are that wait for it: 1 when there is no room. */
  backlog(): number;
}

export interface LoadShedderContext {
  readonly reporter: Reporter;
  readonly work: RecordWork;
  readonly time: ProcessTime;
}

/**
 * Sees to it that logging gives way before the application suffers, or loses the records of failures: while the event
 * loop is late and records take a part in that, or exchanges pile up, fewer successful requests are recorded, in halves
 * down to one of 64, and more again, step by step, after a calm while. Looks only when a record is made: it has no timer.
 */
export class LoadShedder {
  #recordsOneOf = 1;
  #delayMs: number | null = null;
  #lastLook: { readonly at: number; readonly spentMs: number } | undefined;
  #calmSince: number | undefined;
  #exchanges = 0;
  #lateLooks = 0;

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
    this.#exchanges++;
    if (!this.#lastLook) this.#begin(now);
    else if (now - this.#lastLook.at >= LOOK_EVERY_MS) this.#look(now, this.#lastLook);
    return 1 / this.#recordsOneOf;
  }

  stop(): void {
    this.context.time.loopDelay.stop();
  }

  #begin(now: number): void {
    const { time, work } = this.context;
    time.loopDelay.start();
    this.#lastLook = { at: now, spentMs: work.spentMs() };
  }

  #look(now: number, last: { readonly at: number; readonly spentMs: number }): void {
    const { time, work } = this.context;
    const delayMs = time.loopDelay.takeMeanMs();
    if (delayMs === undefined) return;
    const spentMs = work.spentMs();
    const isWorthIt =
      this.#exchanges >= LEAST_EXCHANGES && spentMs - last.spentMs > (now - last.at) * SHARE_WORTH_SHEDDING;
    this.#exchanges = 0;
    this.#lastLook = { at: now, spentMs };
    this.#delayMs = delayMs;
    // Both in parts of what is too much.
    const lateness = delayMs / this.options.maxEventLoopDelayMs;
    const backlog = work.backlog() / LARGEST_BACKLOG;
    if (lateness <= 1 || !isWorthIt) this.#lateLooks = 0;
    else this.#lateLooks += lateness > VERY_LATE ? LEAST_LATE_LOOKS : 1;
    if (backlog > 1) this.#recordLess('Requests end faster than records can be made of them');
    else if (this.#lateLooks >= LEAST_LATE_LOOKS) this.#recordLess(this.#lateness(delayMs));
    if (Math.max(lateness, backlog) > CALM) this.#calmSince = undefined;
    else this.#recover(now, (this.#calmSince ??= last.at));
  }

  #lateness(delayMs: number): string {
    const { maxEventLoopDelayMs } = this.options;
    return `The event loop is ${Math.round(delayMs)} ms late (loadShedding.maxEventLoopDelayMs is ${maxEventLoopDelayMs})`;
  }

  #recordLess(because: string): void {
    if (this.#recordsOneOf === MOST_OF) return;
    this.#recordsOneOf *= 2;
    this.context.reporter.reportEachMinute(
      'load-shed',
      () =>
        new LoggingError(
          'LOAD_SHED',
          `${because}, so one of ${this.#recordsOneOf} successful requests is recorded. Failed and slow ones are all ` +
            'kept. stats().load has the present state.',
        ),
    );
  }

  #recover(now: number, calmSince: number): void {
    const steps = Math.floor((now - calmSince) / RECOVER_AFTER_MS);
    this.#recordsOneOf = Math.max(1, this.#recordsOneOf / 2 ** steps);
    this.#calmSince = calmSince + steps * RECOVER_AFTER_MS;
  }
}
