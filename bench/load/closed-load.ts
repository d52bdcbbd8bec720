import type { RequestSource } from '../apps/workloads';
import { LoadConnection, type LoadListener } from './load-connection';

/** What one batch of requests was answered with. */
export interface LoadResult {
  readonly elapsedMs: number;
  /** Length of the last response's body. */
  readonly responseBytes: number;
}

/**
 * A closed loop over some kept-alive connections: each sends its next request when the last one is answered, so the
 * server is always busy and never overrun. Response times under such load mean little and are not taken.
 */
export class ClosedLoad implements LoadListener {
  readonly #connections: LoadConnection[] = [];
  #next: RequestSource = () => Buffer.alloc(0);
  #unsent = 0;
  #unanswered = 0;
  #responseBytes = 0;
  #succeed: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  private constructor() {}

  static async open(port: number, connections: number): Promise<ClosedLoad> {
    const load = new ClosedLoad();
    while (load.#connections.length < connections) load.#connections.push(await LoadConnection.open(port, load));
    return load;
  }

  /** @throws Error when a response is not 200 or a connection breaks. */
  async run(next: RequestSource, count: number): Promise<LoadResult> {
    this.#next = next;
    this.#unsent = this.#unanswered = count;
    const start = performance.now();
    await new Promise<void>((resolve, reject) => {
      this.#succeed = resolve;
      this.#fail = reject;
      for (const connection of this.#connections) this.#sendNext(connection);
    });
    return { elapsedMs: performance.now() - start, responseBytes: this.#responseBytes };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  expects(status: number): boolean {
    return status === 200;
  }

  answered(connection: LoadConnection, bodyBytes: number): void {
    this.#responseBytes = bodyBytes;
    if (--this.#unanswered === 0) this.#succeed();
    else this.#sendNext(connection);
  }

  failed(_connection: LoadConnection, error: Error): void {
    this.#fail(error);
  }

  #sendNext(connection: LoadConnection): void {
    if (this.#unsent === 0) return;
    this.#unsent--;
    connection.send(this.#next());
  }
}
