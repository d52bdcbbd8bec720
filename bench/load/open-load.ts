import type { RequestSource } from '../apps/workloads';
import { LoadConnection, type LoadListener } from './load-connection';

// A timer is late by a millisecond or more; below that the loop turns until the time has come.
const TIMER_GRAIN_MS = 2;

/** Requests that arrive at a constant rate, whether or not the server keeps up. */
export interface Arrivals {
  readonly requestsPerSecond: number;
  readonly durationMs: number;
  /** Told of every answer: when its request was due after the start, and how long after that it was complete. */
  readonly onAnswer: (dueMs: number, latencyMs: number) => void;
}

/** How it went besides the answers. */
export interface ArrivalsResult {
  readonly sent: number;
  /** Responses other than 200, and broken connections. */
  readonly failed: number;
}

/**
 * An open loop: requests go out when they are due and wait for no answer. Latency counts from the time a request was due,
 * also when it could not be sent then because all connections were taken, so that a stalled server is not left out of its
 * own figures (coordinated omission).
 */
export class OpenLoad implements LoadListener {
  readonly #idle: LoadConnection[] = [];
  readonly #dueOf = new Map<LoadConnection, number>();
  readonly #waiting: number[] = [];
  readonly #connections = new Set<LoadConnection>();
  #next: RequestSource = () => Buffer.alloc(0);
  #onAnswer: Arrivals['onAnswer'] = () => {};
  #start = 0;
  #failures: Error[] = [];

  private constructor() {}

  static async open(port: number, connections: number): Promise<OpenLoad> {
    const load = new OpenLoad();
    while (load.#idle.length < connections) load.#idle.push(await LoadConnection.open(port, load));
    for (const connection of load.#idle) load.#connections.add(connection);
    return load;
  }

  /**
   * Resolves when all are answered or have failed.
   * @throws Error when no connection is left.
   */
  async run(next: RequestSource, { requestsPerSecond, durationMs, onAnswer }: Arrivals): Promise<ArrivalsResult> {
    this.#next = next;
    this.#onAnswer = onAnswer;
    this.#failures = [];
    this.#start = performance.now();
    const gapMs = 1_000 / requestsPerSecond;
    const count = Math.floor(durationMs / gapMs);
    for (let sent = 0; sent < count;) {
      const elapsedMs = performance.now() - this.#start;
      while (sent < count && sent * gapMs <= elapsedMs) this.#arrive(sent++ * gapMs);
      await this.#pause(sent * gapMs - (performance.now() - this.#start));
    }
    while (this.#dueOf.size > 0 || this.#waiting.length > 0) await this.#pause(2 * TIMER_GRAIN_MS);
    return { sent: count, failed: this.#failures.length };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  answered(connection: LoadConnection): void {
    const dueMs = this.#dueOf.get(connection)!;
    this.#dueOf.delete(connection);
    this.#onAnswer(dueMs, performance.now() - this.#start - dueMs);
    const waitingMs = this.#waiting.shift();
    if (waitingMs === undefined) this.#idle.push(connection);
    else this.#send(connection, waitingMs);
  }

  failed(connection: LoadConnection, error: Error): void {
    this.#failures.push(error);
    this.#dueOf.delete(connection);
    this.#connections.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place !== -1) this.#idle.splice(place, 1);
  }

  #arrive(dueMs: number): void {
    const connection = this.#idle.pop();
    if (connection === undefined) this.#waiting.push(dueMs);
    else this.#send(connection, dueMs);
  }

  #send(connection: LoadConnection, dueMs: number): void {
    this.#dueOf.set(connection, dueMs);
    connection.send(this.#next());
  }

  async #pause(ms: number): Promise<void> {
    if (this.#connections.size === 0) {
      throw new Error('The server broke all connections.', { cause: this.#failures.at(-1) });
    }
    await new Promise<void>(resolve => {
      if (ms > TIMER_GRAIN_MS) setTimeout(resolve, ms - TIMER_GRAIN_MS);
      else setImmediate(resolve);
    });
  }
}
