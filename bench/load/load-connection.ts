import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const NOTHING: Buffer = Buffer.alloc(0);

/** What a connection tells of its requests. */
export interface LoadListener {
  /** Whether a response may have this status. */
  expects(status: number): boolean;
  answered(connection: LoadConnection, bodyBytes: number, status: number): void;
  /** A response that was not expected, or a broken connection; the connection is closed then. */
  failed(connection: LoadConnection, error: Error): void;
}

/** Sends requests one after the other; an HTTP client would take as much CPU as the server that is measured. */
export class LoadConnection {
  #head: Buffer = NOTHING;
  #missingBytes = 0;
  #bodyBytes = 0;
  #status = 0;
  #isInBody = false;

  private constructor(
    private readonly socket: Socket,
    private readonly listener: LoadListener,
  ) {
    socket.setNoDelay(true);
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('error', error => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('The server closed a connection.')));
  }

  static async open(port: number, listener: LoadListener): Promise<LoadConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new LoadConnection(socket, listener);
  }

  send(request: Buffer): void {
    this.socket.write(request);
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  #fail(error: Error): void {
    this.close();
    this.listener.failed(this, error);
  }

  #receive(chunk: Buffer): void {
    if (this.#isInBody) this.#missingBytes -= chunk.length;
    else if (!this.#readHead(chunk)) return;
    if (this.#missingBytes > 0) return;
    this.#isInBody = false;
    this.#head = NOTHING;
    if (this.#missingBytes < 0) return this.#fail(new Error('The server sent more than one response.'));
    this.listener.answered(this, this.#bodyBytes, this.#status);
  }

  /** Whether the head is complete. */
  #readHead(chunk: Buffer): boolean {
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf(HEAD_END);
    if (end === -1) return false;
    const head = this.#head.toString('latin1', 0, end);
    const [, status, length] = /^HTTP\/1\.1 (\d{3}) [^]*\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    this.#status = Number(status);
    if (length === undefined || !this.listener.expects(this.#status)) {
      this.#fail(new Error(`The server answered: ${this.#head.toString()}`));
      return false;
    }
    this.#bodyBytes = Number(length);
    this.#missingBytes = this.#bodyBytes + end + HEAD_END.length - this.#head.length;
    this.#isInBody = true;
    return true;
  }
}
