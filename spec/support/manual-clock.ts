import type { Clock } from '../../src/delivery/clock';

interface ManualTimer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** Promises in a row that are watched after a callback; the longest row of a lane's step is shorter. */
const WATCHED = 30;

/** Time that moves when told. Between two steps all promises that can settle have settled. */
export class ManualClock implements Clock {
  /** Called again and again while promises settle: code that waits for one may not leave anything half done. */
  betweenPromises: () => void = () => {};
  /** How many callers keep the process alive now. */
  holds = 0;
  #now = 0;
  #timers: ManualTimer[] = [];
  #deferred: (() => void)[] = [];

  constructor(private readonly startedAt = new Date('2025-03-01T12:00:00Z')) {}

  get timers(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.startedAt.getTime() + this.#now);
  }

  setTimer(callback: () => void, ms: number): () => void {
    const timer = { dueAt: this.#now + Math.max(0, ms), callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer);
    };
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  keepAlive(): () => void {
    this.holds++;
    return () => void this.holds--;
  }

  /** Runs what is due now, and what follows from it, without moving time. */
  async settle(): Promise<void> {
    // Comes after all promise callbacks, also those that they lead to; what is deferred comes after them too.
    const promisesSettle = () => {
      this.#watchPromises(WATCHED);
      return new Promise(resolve => setImmediate(resolve));
    };
    await promisesSettle();
    while (this.#deferred.length > 0) {
      for (const callback of this.#deferred.splice(0)) callback();
      await promisesSettle();
    }
  }

  /** Moves time, running each timer at its own moment. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#nextDueBy(end); next; next = this.#nextDueBy(end)) {
      this.#now = Math.max(this.#now, next.dueAt);
      this.#timers = this.#timers.filter(timer => timer !== next);
      next.callback();
      await this.settle();
    }
    this.#now = end;
  }

  #watchPromises(left: number): void {
    this.betweenPromises();
    if (left > 0) queueMicrotask(() => this.#watchPromises(left - 1));
  }

  #nextDueBy(end: number): ManualTimer | undefined {
    const due = this.#timers.filter(timer => timer.dueAt <= end);
    return due.sort((a, b) => a.dueAt - b.dueAt)[0];
  }
}
