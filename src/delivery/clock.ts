/** Time as delivery needs it. Passed in, so that specs can move it by hand. */
export interface Clock {
  /** Milliseconds that only go forward; their zero means nothing. */
  now(): number;
  /** The time of day. */
  date(): Date;
  /** Calls back once after `ms`, without keeping the process alive. Returns what cancels it. */
  setTimer(callback: () => void, ms: number): () => void;
  /** Calls back soon, after the current work and after input and output that is ready. */
  defer(callback: () => void): void;
  /** Keeps the process alive until the returned function is called. */
  keepAlive(): () => void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The time of this process. */
export const systemClock: Clock = {
  // Monotonic: the age of a record must not change when the time of day is set.
  now: () => performance.now(),
  date: () => new Date(),
  setTimer(callback, ms) {
    // Node fires a timer that is too long at once, which would turn a long wait into a busy loop.
    const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS)).unref();
    return () => clearTimeout(timer);
  },
  // Not unref'd: it runs in this turn of the event loop, and lets a full batch leave before an idle process ends.
  defer: callback => void setImmediate(callback),
  keepAlive() {
    const hold = setInterval(() => {}, LONGEST_TIMER_MS);
    return () => clearInterval(hold);
  },
};

/** A wait that can be cut short. */
export interface Pause {
  readonly done: Promise<void>;
  end(): void;
}

export function pause(clock: Clock, ms: number): Pause {
  let resolve!: () => void;
  const done = new Promise<void>(resolveDone => (resolve = resolveDone));
  const cancel = clock.setTimer(resolve, ms);
  const end = () => {
    cancel();
    resolve();
  };
  return { done, end };
}
