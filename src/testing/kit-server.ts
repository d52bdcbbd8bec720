import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BEFORE_ACTION, type BeforeAction } from '../capture/host-seam';
import type { RequestDraft } from './request-draft';

/** How a request went. */
export interface Answer {
  /** `null` when the connection ended first. */
  readonly status: number | null;
  /** The action was called. */
  readonly hasEntered: boolean;
  readonly hasTimedOut: boolean;
}

/** How a request is disturbed. */
export interface Disturbance {
  /** Called when the action is about to run; what it throws is the action's error. */
  readonly beforeAction?: (request: IncomingMessage) => void;
  /** Ends the connection when this many bytes of the body were sent. */
  readonly cutAfterBytes?: number;
}

interface Expected {
  readonly beforeAction: BeforeAction | undefined;
  readonly key: object;
  hasEntered: boolean;
}

const HEADER = 'x-leak-kit-request';

/** Serves the application on a free port of this machine, and knows each request again inside of it. */
export class KitServer {
  readonly #server: Server;
  readonly #token = randomBytes(16).toString('hex');
  readonly #expected = new Map<string, Expected & { disturbance: Disturbance }>();
  readonly #keys = new WeakMap<object, object>();
  #count = 0;

  constructor(
    listener: RequestListener,
    private readonly timeoutMs: number,
  ) {
    this.#server = createServer((incoming, response) => {
      this.#recognise(incoming);
      listener(incoming, response);
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** The key that was given to {@link send} with this request. */
  keyOf(incoming: object): object | undefined {
    return this.#keys.get(incoming);
  }

  /** Makes the request and waits until the server is done with it. */
  async send(draft: RequestDraft, key: object, disturbance: Disturbance = {}): Promise<Answer> {
    const id = `${this.#token}-${++this.#count}`;
    const expected = { key, disturbance, hasEntered: false, beforeAction: undefined };
    this.#expected.set(id, expected);
    const { status, hasTimedOut } = await this.#exchange(draft, id, disturbance);
    this.#expected.delete(id);
    return { status, hasTimedOut, hasEntered: expected.hasEntered };
  }

  #recognise(incoming: IncomingMessage): void {
    const id = incoming.headers[HEADER];
    const expected = typeof id === 'string' ? this.#expected.get(id) : undefined;
    if (!expected) return;
    // The application sees the request as any client would have made it.
    delete incoming.headers[HEADER];
    const at = incoming.rawHeaders.findIndex((name, place) => place % 2 === 0 && name.toLowerCase() === HEADER);
    incoming.rawHeaders.splice(at, 2);
    this.#keys.set(incoming, expected.key);
    const beforeAction: BeforeAction = () => {
      expected.hasEntered = true;
      expected.disturbance.beforeAction?.(incoming);
    };
    Object.defineProperty(incoming, BEFORE_ACTION, { value: beforeAction });
  }

  #exchange(
    { method, url, headers, body = '' }: RequestDraft,
    id: string,
    { cutAfterBytes }: Disturbance,
  ): Promise<{ readonly status: number | null; readonly hasTimedOut: boolean }> {
    const { port } = this.#server.address() as AddressInfo;
    const bytes = Buffer.from(body);
    return new Promise(resolve => {
      let hasTimedOut = false;
      let status: number | null = null;
      const length = bytes.length > 0 ? { 'content-length': String(bytes.length) } : {};
      const outgoing = request(
        { host: '127.0.0.1', port, method, path: url, agent: false, headers: { ...headers, ...length, [HEADER]: id } },
        incoming => {
          status = incoming.statusCode ?? null;
          incoming.on('error', () => {}).resume();
        },
      );
      const timer = setTimeout(() => {
        hasTimedOut = true;
        outgoing.destroy();
      }, this.timeoutMs);
      outgoing.on('error', () => {});
      outgoing.on('close', () => {
        clearTimeout(timer);
        resolve({ status, hasTimedOut });
      });
      if (cutAfterBytes === undefined) outgoing.end(bytes);
      else outgoing.write(bytes.subarray(0, cutAfterBytes), () => setTimeout(() => outgoing.destroy(), CUT_DELAY_MS));
    });
  }
}

/** So that the application has begun to read before the connection goes. */
const CUT_DELAY_MS = 10;
