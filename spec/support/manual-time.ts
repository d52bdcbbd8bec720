import type { ProcessTime } from '../../src/capture/process-time';

/** Time and load of a process that are what a spec says. */
export class ManualTime implements ProcessTime {
  /** Each look at the clock moves it by so much, as if all work took that long. */
  stepMs = 0;
  /** What is said about the event loop. */
  delayMs: number | undefined = 0;
  isWatched = false;
  #now = 0;
  #soon: (() => void)[] = [];
  #deferred: (() => void)[] = [];
  #gathering: (() => void)[] = [];

  readonly loopDelay = {
    start: () => void (this.isWatched = true),
    stop: () => void (this.isWatched = false),
    takeMeanMs: () => this.delayMs,
  };

  now(): number {
    return (this.#now += this.stepMs);
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  gather(callback: () => void): void {
    this.#gathering.push(callback);
  }

  /** Lets the code that runs now come to its end. Returns how many waited for that. */
  tick(): number {
    const callbacks = this.#soon.splice(0);
    for (const callback of callbacks) callback();
    return callbacks.length;
  }

  /** Gives everybody who waits for it one turn, and ends all gathering. Returns how many there were. */
  turn(): number {
    this.tick();
    const callbacks = [...this.#deferred.splice(0), ...this.#gathering.splice(0)];
    for (const callback of callbacks) callback();
    return callbacks.length;
  }

  /** As many turns as are wanted. */
  settle(): void {
    while (this.turn() > 0);
  }
}
