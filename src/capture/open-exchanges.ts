import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from './exchange';

const OPEN_ON_SOCKET = Symbol('logged-controllers:open-on-socket');
const OF_RESPONSE = Symbol('logged-controllers:of-response');

interface WatchedSocket extends Socket {
  [OPEN_ON_SOCKET]?: Set<Exchange>;
}
interface WatchedResponse extends ServerResponse {
  [OF_RESPONSE]?: { readonly exchange: Exchange; readonly all: OpenExchanges };
}

function responseOver(this: WatchedResponse): void {
  const { exchange, all } = this[OF_RESPONSE]!;
  all.responseOver(exchange);
}

/**
 * Every exchange that is not over yet, with the listeners that end it: response `finish` and `close`, and one `close`
 * listener for each socket. A pipelined request behind a slow one gets neither event when its socket dies.
 */
export class OpenExchanges {
  readonly #open = new Set<Exchange>();
  readonly #timers = new Map<Exchange, NodeJS.Timeout>();
  readonly #waiters = new Set<() => void>();

  /** @param handlerWaitMs longest wait for a handler after its response was closed */
  constructor(private readonly handlerWaitMs: number) {}

  get size(): number {
    return this.#open.size;
  }

  watch(exchange: Exchange): void {
    this.#open.add(exchange);
    const response: WatchedResponse = exchange.context.res;
    response[OF_RESPONSE] = { exchange, all: this };
    // Both come, and the second finds nothing to do: cheaper than the two wrappers that `once` makes.
    response.on('finish', responseOver);
    response.on('close', responseOver);
    const socket: WatchedSocket = exchange.context.req.socket;
    let onSocket = socket[OPEN_ON_SOCKET];
    if (!onSocket) {
      onSocket = socket[OPEN_ON_SOCKET] = new Set();
      const exchanges = onSocket;
      socket.once('close', () => {
        for (const open of exchanges) open.closeResponse();
      });
    }
    onSocket.add(exchange);
  }

  responseOver(exchange: Exchange): void {
    exchange.closeResponse();
    if (exchange.isOver || this.#timers.has(exchange)) return;
    const timer = setTimeout(() => exchange.giveUpWaiting(), this.handlerWaitMs);
    timer.unref();
    this.#timers.set(exchange, timer);
  }

  /** The exchange is over: nothing of it may stay in memory. */
  forget(exchange: Exchange): void {
    this.#open.delete(exchange);
    clearTimeout(this.#timers.get(exchange));
    this.#timers.delete(exchange);
    (exchange.context.req.socket as WatchedSocket)[OPEN_ON_SOCKET]?.delete(exchange);
    for (const check of this.#waiters) check();
  }

  /** Ends those whose response is over, without waiting for their handlers. */
  endAnswered(): void {
    for (const exchange of [...this.#open]) if (exchange.isResponseClosed) exchange.giveUpWaiting();
  }

  /** Ends all as if their clients had left: nobody will answer them any more. */
  endAll(): void {
    for (const exchange of [...this.#open]) {
      exchange.closeResponse();
      exchange.giveUpWaiting();
    }
  }

  /** Lets go of all. Returns how many there were. */
  abandon(): number {
    const { size } = this;
    for (const exchange of [...this.#open]) this.forget(exchange);
    return size;
  }

  /** Resolves when every exchange that has been answered by now is over. */
  answered(): Promise<void> {
    const answered = [...this.#open].filter(({ context }) => context.res.writableEnded);
    if (answered.length === 0) return Promise.resolve();
    return new Promise(resolve => {
      const check = () => {
        if (answered.some(exchange => !exchange.isOver)) return;
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
    });
  }
}
