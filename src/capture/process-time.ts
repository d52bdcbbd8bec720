import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Tells how late the event loop is. */
export interface LoopDelay {
  /** Begins to measure; further calls do nothing. Does not keep the process alive. */
  start(): void;
  stop(): void;
  /** Mean lateness of timers since the last call, in milliseconds; `undefined` when nothing was measured. */
  takeMeanMs(): number | undefined;
}

/** Time of the process as making records needs it. Passed in, so that specs can set it. */
export interface ProcessTime {
  /** Milliseconds that only go forward. */
  now(): number;
  /** Calls back soon, after input and output that is ready. */
  defer(callback: () => void): void;
  /** Calls back after the code that runs now, before anything else that is ready. */
  soon(callback: () => void): void;
  /** Calls back in some milliseconds, so that what comes in until then can be worked on together. */
  gather(callback: () => void): void;
  readonly loopDelay: LoopDelay;
}

// At 10 ms an idle process spends 0.5 % of a core on it, at 100 ms 0.06 %, an interval in JavaScript three times as much;
// from idle to overload all of them show the same mean.
const RESOLUTION_MS = 100;
const NANOSECONDS_PER_MS = 1e6;
// Measured: records made together cost two thirds of those made between every two requests, whose code and data have to
// come back into the caches each time. With 20 ms it is no less, and more of what waits is moved by the garbage collector.
const GATHER_MS = 5;

/** Measures by a timer inside the engine, which runs no JavaScript. */
function measuredLoopDelay(): LoopDelay {
  const intervals = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  return {
    start: () => void intervals.enable(),
    stop: () => void intervals.disable(),
    takeMeanMs() {
      const { mean } = intervals;
      // A reset also forgets when the last timer fired. Made again and again before two have fired, it would leave nothing
      // to measure, and most surely so while the loop is late.
      if (Number.isNaN(mean)) return undefined;
      intervals.reset();
      // What is recorded is the time between two timers, of which the resolution is no delay.
      return Math.max(0, mean / NANOSECONDS_PER_MS - RESOLUTION_MS);
    },
  };
}

/** The time of this process. */
export function processTime(): ProcessTime {
  return {
    now: () => performance.now(),
    defer: callback => void setImmediate(callback),
    soon: callback => process.nextTick(callback),
    gather: callback => void setTimeout(callback, GATHER_MS),
    loopDelay: measuredLoopDelay(),
  };
}
