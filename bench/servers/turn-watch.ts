import type { IncomingMessage } from 'node:http';
import { PerformanceObserver } from 'node:perf_hooks';
import type { Middleware } from 'koa';
import { type LongestTurn, longestTurn, type Span, type TurnPiece } from './longest-turn';
import { scheduled } from './main-thread';

// Idle turns follow each other without a pause while it is on, and are of no interest.
const NEGLIGIBLE_MS = 0.05;

/**
 * Measures how long the event loop is held by anything but the application.
 *
 * A turn is counted from the first `setImmediate` callback of one turn to that of the next: the watch's own is always
 * first, because it queues its next one before any other can. What it takes is the rest of the deferred work, the timers,
 * and then input and output. All of the application's work here begins with input: a request, or a piece of its body. So
 * a turn counts up to its first input for the application, and as a whole when there is none. What is left out is work
 * that follows the application's in the same turn.
 */
export class TurnWatch {
  #isOn = false;
  #hasEntered = false;
  #startMs = 0;
  #waitedMs = 0;
  #pieces: TurnPiece[] = [];
  #collections: Span[] = [];
  readonly #collecting = new PerformanceObserver(list => this.#noteCollections(list.getEntries()));

  readonly middleware: Middleware = async ({ req }, next) => {
    if (!this.#isOn) return next();
    this.#enter();
    this.#watchBody(req);
    await next();
    // When this turn began with neither, nothing is known of what came before the application in it.
    this.#hasEntered = true;
  };

  begin(): void {
    this.#pieces = [];
    this.#collections = [];
    this.#collecting.observe({ entryTypes: ['gc'] });
    this.#isOn = true;
    this.#beginTurn();
  }

  end(): LongestTurn {
    this.#isOn = false;
    this.#noteCollections(this.#collecting.takeRecords());
    this.#collecting.disconnect();
    return longestTurn(this.#pieces, this.#collections);
  }

  #beginTurn(): void {
    this.#hasEntered = false;
    this.#waitedMs = scheduled()?.waitedMs ?? 0;
    this.#startMs = performance.now();
    setImmediate(() => {
      this.#enter();
      if (this.#isOn) this.#beginTurn();
    });
  }

  /** Something else begins than what is measured. */
  #enter(): void {
    if (this.#hasEntered) return;
    this.#hasEntered = true;
    const endMs = performance.now();
    if (endMs - this.#startMs < NEGLIGIBLE_MS) return;
    const waitedMs = (scheduled()?.waitedMs ?? 0) - this.#waitedMs;
    this.#pieces.push({ startMs: this.#startMs, endMs, waitedMs });
  }

  /** Node gives each piece of a body to the request by `push`. A listener would begin to read the body. */
  #watchBody(request: IncomingMessage): void {
    const push = request.push.bind(request);
    request.push = (...piece) => {
      this.#enter();
      return push(...piece);
    };
  }

  #noteCollections(entries: readonly { readonly startTime: number; readonly duration: number }[]): void {
    for (const { startTime, duration } of entries) {
      this.#collections.push({ startMs: startTime, endMs: startTime + duration });
    }
  }
}
