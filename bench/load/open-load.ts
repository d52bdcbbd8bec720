import type { RequestSource } from '../apps/workloads';
import { LoadConnection, type LoadListener } from './load-connection';
import { dueBy, type Stretch } from './stretches';

const TICK_MS = 1;

/** Requests that arrive at constant rates, whether or not the server keeps up. */
export interface Arrivals {
  /** One after the other. */
  readonly stretches: readonly Stretch[];
  /** Told of every answer: when its request arrived, counted from the start, and how long after that it was complete. */
  readonly onAnswer: (arrivedMs: number, latencyMs: number, status: number) => void;
  /** Statuses that are no failure. @defaultValue [200] */
  readonly expected?: readonly number[];
  /** Longest wait for a connection; what has not been sent by then never is. @defaultValue forever */
  readonly patienceMs?: number;
  /** Told of what was never sent: when it arrived. */
  readonly onGivenUp?: (arrivedMs: number) => void;
}

/** How it went besides the answers. */
export interface ArrivalsResult {
  readonly arrived: number;
  /** Responses that were not expected, and broken connections. */
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
  #expected: readonly number[] = [];
  #patienceMs = Infinity;
  #onGivenUp: (arrivedMs: number) => void = () => {};
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
  async run(next: RequestSource, arrivals: Arrivals): Promise<ArrivalsResult> {
    const { stretches, onAnswer, expected = [200], patienceMs = Infinity, onGivenUp = () => {} } = arrivals;
    this.#next = next;
    this.#onAnswer = onAnswer;
    this.#expected = expected;
    this.#patienceMs = patienceMs;
    this.#onGivenUp = onGivenUp;
    this.#failures = [];
    this.#start = performance.now();
    const count = dueBy(stretches, Infinity);
    for (let sent = 0; sent < count; await this.#tick()) {
      const elapsedMs = performance.now() - this.#start;
      for (const due = dueBy(stretches, elapsedMs); sent < due; sent++) this.#arrive(elapsedMs);
    }
    while (this.#arrivedMs.size > 0 || this.#waiting.length > 0) await this.#tick();
    return { arrived: count, failed: this.#failures.length };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  expects(status: number): boolean {
    return this.#expected.includes(status);
  }

  answered(connection: LoadConnection, _bodyBytes: number, status: number): void {
    const arrivedMs = this.#arrivedMs.get(connection)!;
    this.#arrivedMs.delete(connection);
    const elapsedMs = performance.now() - this.#start;
    this.#onAnswer(arrivedMs, elapsedMs - arrivedMs, status);
    const waitingSinceMs = this.#nextWaiting(elapsedMs);
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

  #nextWaiting(elapsedMs: number): number | undefined {
    let sinceMs = this.#waiting.shift();
    while (sinceMs !== undefined && elapsedMs - sinceMs > this.#patienceMs) {
      this.#onGivenUp(sinceMs);
      sinceMs = this.#waiting.shift();
    }
    return sinceMs;
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
