import type { Socket } from 'node:net';
import type { Exchange } from './exchange';

const OPEN_ON_SOCKET = Symbol('logged-controllers:open-on-socket');

interface WatchedSocket extends Socket {
  [OPEN_ON_SOCKET]?: Exchange[];
}

/**
 * Every exchange that is not over yet, with what ends it although its response never tells: a `close` listener for each
 * socket, because a pipelined request behind a slow one learns nothing when its socket dies, and a bounded wait
 * for handlers that outlive their response.
 */
export class OpenExchanges {
  // Lists, because a set that takes in and lets go at each request makes a new table every few requests.
  readonly #open: Exchange[] = [];
  readonly #waiters = new Set<() => void>();

  /** @param handlerWaitMs longest wait for a handler after its response was closed */
  constructor(private readonly handlerWaitMs: number) {}

  get size(): number {
    return this.#open.length;
  }

  watch(exchange: Exchange): void {
    const socket = ownSocketOf(exchange);
    if (socket) (socket[OPEN_ON_SOCKET] ?? watchSocket(socket)).push(exchange);
    exchange.place = this.#open.push(exchange) - 1;
  }

  /** Waits for the handler, but not for ever. */
  awaitHandler(exchange: Exchange): void {
    exchange.handlerWait = setTimeout(() => exchange.giveUpWaiting(), this.handlerWaitMs);
    exchange.handlerWait.unref();
  }

  /** The exchange is over: nothing of it may stay in memory. */
  forget(exchange: Exchange): void {
    const { place } = exchange;
    if (place === null) return;
    exchange.place = null;
    removeAt(this.#open, place);
    const moved = this.#open[place];
    if (moved) moved.place = place;
    if (exchange.handlerWait) clearTimeout(exchange.handlerWait);
    const onSocket = ownSocketOf(exchange)?.[OPEN_ON_SOCKET];
    // Most often the only one there; of pipelined ones the first.
    if (onSocket) removeAt(onSocket, onSocket.indexOf(exchange));
    if (this.#waiters.size > 0) for (const check of this.#waiters) check();
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
    const answered = this.#open.filter(({ context }) => context.res.writableEnded);
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

/** Over HTTP/2 many requests share a socket at the same time, and each stream tells its own end. */
function ownSocketOf({ context: { req } }: Exchange): WatchedSocket | undefined {
  return req.httpVersionMajor < 2 ? req.socket : undefined;
}

function watchSocket(socket: WatchedSocket): Exchange[] {
  const onSocket: Exchange[] = (socket[OPEN_ON_SOCKET] = []);
  socket.once('close', () => {
    for (const exchange of [...onSocket]) exchange.closeResponse();
  });
  return onSocket;
}

/** Puts the last one into the place, so that none has to be moved up. */
function removeAt(exchanges: Exchange[], place: number): void {
  if (place < 0) return;
  const last = exchanges.pop()!;
  if (place < exchanges.length) exchanges[place] = last;
}
