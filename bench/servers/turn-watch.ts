import type { Middleware } from 'koa';

/**
 * Measures the longest turn of the event loop in which the application had nothing to do: neither did a request arrive
 * nor an action answer. What such a turn takes is work that was put off until after the responses, and the collection of
 * garbage.
 */
export class TurnWatch {
  #isApplicationsTurn = false;
  #isOn = false;
  #longestMs = 0;

  readonly middleware: Middleware = async (_context, next) => {
    this.#isApplicationsTurn = true;
    await next();
    this.#isApplicationsTurn = true;
  };

  begin(): void {
    this.#longestMs = 0;
    this.#isOn = true;
    this.#turn(performance.now());
  }

  /** In milliseconds. */
  end(): number {
    this.#isOn = false;
    return this.#longestMs;
  }

  #turn(start: number): void {
    setImmediate(() => {
      const now = performance.now();
      if (!this.#isApplicationsTurn) this.#longestMs = Math.max(this.#longestMs, now - start);
      this.#isApplicationsTurn = false;
      if (this.#isOn) this.#turn(performance.now());
    });
  }
}
