import { request as startRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** What came back, byte for byte. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** The whole body arrived. */
  readonly isComplete: boolean;
}

export interface Sending {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Called when the first part of the answer's body is there. */
  readonly onBodyBegins?: () => void;
}

/** Sends requests that carry one request id, by which their records are found. */
export class Client {
  constructor(
    private readonly port: number,
    private readonly requestId: string,
  ) {}

  get(path: string, headers: Sending['headers'] = {}): Promise<Answer> {
    return this.send({ path, headers });
  }

  /** Posts JSON; a string is sent as it is. */
  postJson(path: string, body: unknown, headers: Sending['headers'] = {}): Promise<Answer> {
    return this.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async postForm(path: string, form: URLSearchParams | FormData): Promise<Answer> {
    const encoded = new Response(form);
    return this.send({
      method: 'POST',
      path,
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
      body: Buffer.from(await encoded.arrayBuffer()),
    });
  }

  send({ method = 'GET', path, headers = {}, body, onBodyBegins }: Sending): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = startRequest({
        host: '127.0.0.1',
        port: this.port,
        method,
        path,
        agent: false,
        headers: {
          'x-request-id': this.requestId,
          'user-agent': 'demo',
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      });
      request.on('error', reject);
      request.on('response', response => {
        const chunks: Buffer[] = [];
        if (onBodyBegins) response.once('data', onBodyBegins);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        // A body that breaks off is an answer too; `complete` tells.
        response.on('error', () => {});
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            rawHeaders: response.rawHeaders,
            body: Buffer.concat(chunks),
            isComplete: response.complete,
          }),
        );
      });
      request.end(body);
    });
  }

  /** Sends the head of a request and part of its body, and leaves the rest to the caller. */
  async begin(head: readonly string[], partOfBody = ''): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write([...head, 'host: shop', `x-request-id: ${this.requestId}`, '', partOfBody].join('\r\n'));
    return socket;
  }
}
