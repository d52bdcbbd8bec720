import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const NOTHING: Buffer = Buffer.alloc(0);

/** What one batch of requests was answered with. */
export interface LoadResult {
  readonly elapsedMs: number;
  /** Length of the last response's body. */
  readonly responseBytes: number;
}

/** Sends requests one after the other; an HTTP client would take as much CPU as the server that is measured. */
class LoadConnection {
  #head: Buffer = NOTHING;
  #missingBytes = 0;
  #bodyBytes = 0;
  #isInBody = false;

  constructor(
    private readonly socket: Socket,
    private readonly onAnswered: (connection: LoadConnection, bodyBytes: number) => void,
    private readonly onFailed: (error: Error) => void,
  ) {
    socket.setNoDelay(true);
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('error', onFailed);
    socket.on('close', () => onFailed(new Error('The server closed a connection.')));
  }

  send(request: Buffer): void {
    this.socket.write(request);
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#isInBody) this.#missingBytes -= chunk.length;
    else if (!this.#readHead(chunk)) return;
    if (this.#missingBytes > 0) return;
    this.#isInBody = false;
    this.#head = NOTHING;
    if (this.#missingBytes < 0) return this.onFailed(new Error('The server sent more than one response.'));
    this.onAnswered(this, this.#bodyBytes);
  }

  /** Whether the head is complete. */
  #readHead(chunk: Buffer): boolean {
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) return false;
    const head = this.#head.toString('latin1', 0, end);
    const length = /^HTTP\/1\.1 200 [^]*\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.onFailed(new Error(`The server answered: ${this.#head.toString()}`));
      return false;
    }
    this.#bodyBytes = Number(length);
    this.#missingBytes = this.#bodyBytes + end + HEAD_END.length - this.#head.length;
    this.#isInBody = true;
    return true;
  }
}

/**
 * A closed loop over some kept-alive connections: each sends its next request when the last one is answered, so the
 * server is always busy and never overrun. Response times under such load mean little and are not taken.
 */
export class Load {
  readonly #connections: LoadConnection[] = [];
  #request: Buffer = NOTHING;
  #unsent = 0;
  #unanswered = 0;
  #responseBytes = 0;
  #succeed: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  private constructor() {}

  static async open(port: number, connections: number): Promise<Load> {
    const load = new Load();
    for (let opened = 0; opened < connections; opened++) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      load.#connections.push(new LoadConnection(socket, load.#answered, error => load.#fail(error)));
    }
    return load;
  }

  /** @throws Error when a response is not 200 or a connection breaks. */
  async run(request: Buffer, count: number): Promise<LoadResult> {
    this.#request = request;
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

  readonly #answered = (connection: LoadConnection, bodyBytes: number): void => {
    this.#responseBytes = bodyBytes;
    if (--this.#unanswered === 0) this.#succeed();
    else this.#sendNext(connection);
  };

  #sendNext(connection: LoadConnection): void {
    if (this.#unsent === 0) return;
    this.#unsent--;
    connection.send(this.#request);
  }
}
