import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2, constants, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import Koa, { type Middleware } from 'koa';
import { type RoutingControllersOptions, useKoaServer } from 'routing-controllers';
import {
  createLogging,
  type Logging,
  type LoggingError,
  type LoggingOptions,
  type LogRecord,
  memorySink,
} from '../../src';
import type { ProcessTime } from '../../src/capture/process-time';
import { composeLogging } from '../../src/create-logging';
import { resolveOptions } from '../../src/options';
import { disableRedaction } from '../../src/redact/redact-options';

type Controller = new (...args: never[]) => object;

/** With `LOGGED_MODE=worker` every application of the specs has its records made and delivered by a worker. */
export const IN_WORKER = process.env['LOGGED_MODE'] === 'worker';

const started: TestApp[] = [];

afterEach('close the applications of this spec', async () => {
  await Promise.all(started.splice(0).map(app => app.close()));
});

/** Arranges a real application on a real server; it is closed after the spec. */
export function testApp(): TestAppBuilder {
  return new TestAppBuilder();
}

class TestAppBuilder {
  readonly #controllers: Controller[] = [];
  readonly #before: Middleware[] = [];
  #options: LoggingOptions = {};
  #host: RoutingControllersOptions = { defaultErrorHandler: false };
  #setUp: (app: Koa) => void = () => {};
  #isLogged = true;
  #isRedacted = true;
  #isHttp2 = false;
  #time: ProcessTime | undefined;

  /** Serves HTTP/2 without TLS; send requests by `request2`. */
  overHttp2(): this {
    this.#isHttp2 = true;
    return this;
  }

  controllers(...controllers: Controller[]): this {
    this.#controllers.push(...controllers);
    return this;
  }

  /** Options of `createLogging`; records go to memory unless sinks are given. */
  logging(options: LoggingOptions): this {
    this.#options = { ...this.#options, ...options };
    return this;
  }

  /** Makes records by another time than that of the process. */
  at(time: ProcessTime): this {
    this.#time = time;
    return this;
  }

  /** Options of `useKoaServer`. */
  host(options: RoutingControllersOptions): this {
    this.#host = { ...this.#host, ...options };
    return this;
  }

  /** Middleware between the logging and the controllers. */
  use(middleware: Middleware): this {
    this.#before.push(middleware);
    return this;
  }

  setUp(change: (app: Koa) => void): this {
    this.#setUp = change;
    return this;
  }

  withoutLogging(): this {
    this.#isLogged = false;
    return this;
  }

  /** Records everything as it came: what a leak check finds then shows that it could find it. */
  withoutRedaction(): this {
    this.#isRedacted = false;
    return this;
  }

  async start(): Promise<TestApp> {
    const app = new Koa();
    const appErrors: unknown[] = [];
    app.on('error', error => appErrors.push(error));
    const reports: LoggingError[] = [];
    const memory = memorySink({ maxRecords: 20_000 });
    const logging = this.#makeLogging({
      service: { name: 'spec', version: '1.2.3' },
      sinks: [memory],
      onError: error => reports.push(error),
      // Not where the spec moves the time of this thread, or a hook needs the record here.
      ...(IN_WORKER && !this.#options.onRecord && !this.#time && { worker: true }),
      ...this.#options,
      ...(this.#isLogged ? {} : { enabled: false }),
    });
    app.use(logging.middleware());
    this.#setUp(app);
    for (const middleware of this.#before) app.use(middleware);
    useKoaServer(app, { ...this.#host, controllers: this.#controllers });
    const handle = app.callback();
    const server = this.#isHttp2
      ? createHttp2Server((request, response) => void handle(request, response))
      : createServer((request, response) => void handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const testApplication = new TestApp(server, logging, memory, reports, appErrors);
    started.push(testApplication);
    return testApplication;
  }

  #makeLogging(options: LoggingOptions): Logging {
    if (this.#isRedacted && !this.#time) return createLogging(options);
    const resolved = resolveOptions(options);
    const redact = this.#isRedacted ? resolved.redact : disableRedaction(resolved.redact);
    return composeLogging({ ...resolved, redact }, this.#time);
  }
}

export class TestApp {
  /** Connections that the server has seen closing. */
  closedConnections = 0;
  readonly #sockets = new Set<Socket>();

  constructor(
    readonly server: Server,
    readonly logging: Logging,
    private readonly memory: { readonly records: readonly LogRecord[] },
    /** What `onError` was told. */
    readonly reports: readonly LoggingError[],
    /** What Koa's `error` event told. */
    readonly appErrors: readonly unknown[],
  ) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.closedConnections++;
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { redirect: 'manual', ...init });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { headers });
  }

  /** Posts a value as JSON; a string is sent as it is. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** A connection for requests that no well-behaved client sends. */
  async socket(): Promise<Socket> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** Sends raw bytes and resolves with everything that came back before the server closed the connection. */
  async raw(text: string | Buffer): Promise<string> {
    const socket = await this.socket();
    const chunks: Buffer[] = [];
    socket.on('data', chunk => chunks.push(chunk));
    socket.end(text);
    await once(socket, 'close');
    return Buffer.concat(chunks).toString('latin1');
  }

  /** One request over HTTP/2; `cancelAfterHeaders` resets its stream as soon as the answer begins. */
  async request2(path: string, { cancelAfterHeaders = false } = {}): Promise<{ status: number; text: string }> {
    const session = connectHttp2(`http://127.0.0.1:${this.port}`);
    try {
      const request = session.request({ ':path': path });
      request.on('error', () => {});
      const [headers] = (await once(request, 'response')) as [{ readonly ':status': number }];
      if (cancelAfterHeaders) request.close(constants.NGHTTP2_CANCEL);
      let text = '';
      request.setEncoding('utf8').on('data', chunk => (text += chunk));
      await once(request, 'close');
      return { status: headers[':status'], text };
    } finally {
      session.close();
    }
  }

  /** Waits until no request is open and `count` records are stored, then returns all of them. */
  async storedRecords(count?: number): Promise<readonly LogRecord[]> {
    await until(() => this.logging.stats().exchanges.open === 0);
    await this.logging.flush();
    if (count !== undefined) await until(() => this.memory.records.length >= count);
    return this.memory.records;
  }

  /** The one record of the one request that was made. */
  async storedRecord(): Promise<LogRecord> {
    const records = await this.storedRecords();
    if (records.length !== 1) throw new Error(`expected one record, got ${records.length}`);
    return records[0]!;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await this.logging.close({ deadlineMs: 1_000 });
  }
}

/** Waits for a condition that other events in this process bring about; the runner's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  // After some turns it may be another thread that is waited for, which needs the processor.
  for (let turn = 0; !condition(); turn++) {
    await new Promise(resolve => (turn < 100 ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
}
