import type { RequestSource } from '../apps/workloads';
import { LoadConnection, type LoadListener } from './load-connection';

const TICK_MS = 1;

/** Requests that arrive at a constant rate, whether or not the server keeps up. */
export interface Arrivals {
  readonly requestsPerSecond: number;
  readonly durationMs: number;
  /** Told of every answer: when its request arrived, counted from the start, and how long after that it was complete. */
  readonly onAnswer: (arrivedMs: number, latencyMs: number) => void;
}

/** How it went besides the answers. */
export interface ArrivalsResult {
  readonly sent: number;
  /** Responses other than 200, and broken connections. */
  readonly failed: number;
}

/**
 * An open loop: at each tick of a millisecond the requests that are due arrive, and wait for no answer to another. Latency
 * counts from the arrival, also when a request could not be sent then because all connections were taken, so that a
 * stalled server is not left out of its own figures (coordinated omission). A late tick is the load's own fault, and
 * does not count. The loop sleeps between ticks: it shares the machine with the server that is measured.
 */
export class OpenLoad implements LoadListener {
  readonly #connections = new Set<LoadConnection>();
  readonly #idle: LoadConnection[] = [];
  readonly #arrivedMs = new Map<LoadConnection, number>();
  readonly #waiting: number[] = [];
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
    const count = Math.floor((durationMs * requestsPerSecond) / 1_000);
    for (let sent = 0; sent < count; await this.#tick()) {
      const elapsedMs = performance.now() - this.#start;
      const due = Math.min(count, Math.floor((elapsedMs * requestsPerSecond) / 1_000));
      for (; sent < due; sent++) this.#arrive(elapsedMs);
    }
    while (this.#arrivedMs.size > 0 || this.#waiting.length > 0) await this.#tick();
    return { sent: count, failed: this.#failures.length };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  answered(connection: LoadConnection): void {
    const arrivedMs = this.#arrivedMs.get(connection)!;
    this.#arrivedMs.delete(connection);
    this.#onAnswer(arrivedMs, performance.now() - this.#start - arrivedMs);
    const waitingSinceMs = this.#waiting.shift();
    if (waitingSinceMs === undefined) this.#idle.push(connection);
    else this.#send(connection, waitingSinceMs);
  }

  failed(connection: LoadConnection, error: Error): void {
    this.#failures.push(error);
    this.#arrivedMs.delete(connection);
    this.#connections.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place !== -1) this.#idle.splice(place, 1);
  }

  #arrive(arrivedMs: number): void {
    const connection = this.#idle.pop();
    if (connection === undefined) this.#waiting.push(arrivedMs);
    else this.#send(connection, arrivedMs);
  }

  #send(connection: LoadConnection, arrivedMs: number): void {
    this.#arrivedMs.set(connection, arrivedMs);
    connection.send(this.#next());
  }

  async #tick(): Promise<void> {
    if (this.#connections.size === 0) {
      throw new Error('The server broke all connections.', { cause: this.#failures.at(-1) });
    }
    await new Promise(resolve => setTimeout(resolve, TICK_MS));
  }
}
