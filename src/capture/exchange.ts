import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { ResultObserver } from '../decorators/logging-interceptor';
import type { JsonObject } from '../record/json-value';
import type { Outcome } from '../record/log-record';
import type { ActionBinding } from './action-binding';
import type { ActionObserver } from './host-seam';

/** Over HTTP/2 a stream may close before its writable side has finished, although all of it was sent. */
function isSent(response: ServerResponse & { readonly stream?: { readonly rstCode?: number } }): boolean {
  return response.writableFinished || (response.writableEnded && response.stream?.rstCode === 0);
}

/** Whom an exchange tells how it ends. */
export interface ExchangeFollower {
  /** The response can change no more, and the handler is still at work. */
  outlived(exchange: Exchange): void;
  /** It is over; the notes do not change any more. */
  closed(exchange: Exchange): void;
}

/**
 * The mutable notes of one request, from its arrival until its response is closed and its handler has settled.
 *
 * Everything here runs on the request path: it stores references and numbers, nothing else.
 */
export class Exchange implements ActionObserver, ResultObserver {
  readonly arrivedAt = performance.now();
  binding: ActionBinding | undefined = undefined;
  /** A by-hand `LoggingInterceptor` asked for the record. */
  isRequested = false;
  result: unknown = undefined;
  /** What the action itself returned, before the interceptors. */
  returned: unknown = undefined;
  arguments: readonly unknown[] | undefined = undefined;
  hasError = false;
  error: unknown = undefined;
  /** The error was answered, instead of a result. */
  isErrorAnswered = false;
  /** The stream of the response broke on our side, not because the client left. */
  hasBrokenBody = false;

  /** The whole body, when it was given to the response in one piece that is small enough to keep. */
  sentBody: string | Uint8Array | undefined = undefined;
  sentEncoding: BufferEncoding | undefined = undefined;
  /** Given to a response that had no headers before, which then remembers none. */
  givenHeaders: OutgoingHttpHeaders | undefined = undefined;
  /** Length of what was given to `end`, kept or not; in characters for a string. */
  endLength = 0;
  /** Bytes given to `write` before `end`. */
  writtenBytes = 0;
  hasWrites = false;

  attributes: JsonObject | undefined = undefined;
  requestAttributes: unknown = undefined;

  handlerStartedAt: number | undefined = undefined;
  handlerEndedAt: number | undefined = undefined;
  closedAt: number | undefined = undefined;
  outcome: Outcome = 'sent';
  /** The status that was sent; `null` when the exchange ended before. */
  status: number | null = null;
  isIncomplete = false;
  /** How many requests its record stands for. */
  sampleWeight = 1;
  /** Counted while it waits to become a record. */
  pendingBytes = 0;
  /** Where it is among the open ones; `null` when it is not one of them. */
  place: number | null = null;
  /** Runs while its handler outlives the response. */
  handlerWait: NodeJS.Timeout | undefined = undefined;
  #hasSettled = false;
  #isOver = false;

  constructor(
    readonly context: Context,
    readonly id: string,
    /** Milliseconds since 1970. */
    readonly at: number,
    readonly requestId: string,
    /** At first of the connection, in the end as Koa tells it. */
    public clientIp: string | undefined,
    readonly clientPort: number | undefined,
    readonly follower: ExchangeFollower,
  ) {}

  enterAction(binding: ActionBinding): void {
    this.binding = binding;
  }

  requestRecord(): void {
    this.isRequested = true;
  }

  handlerStarted(parameters: readonly unknown[]): void {
    this.arguments = parameters;
    this.handlerStartedAt = performance.now();
  }

  handlerReturned(result: unknown): void {
    this.handlerEndedAt = performance.now();
    this.returned = this.result = result;
  }

  handlerThrew(error: unknown): void {
    this.handlerEndedAt = performance.now();
    this.noteError(error);
  }

  noteResult(result: unknown): void {
    this.result = result;
  }

  /** The request failed. */
  noteError(error: unknown): void {
    this.isErrorAnswered = true;
    this.noteToldError(error);
  }

  /**
   * Somebody reported an error, whatever became of the request. Keeps the first one: what follows is usually its consequence,
   * and hosts report one error more than once.
   */
  noteToldError(error: unknown): void {
    if (this.hasError) return;
    this.hasError = true;
    this.error = error;
  }

  /** All middleware is done with the request. */
  settle(): void {
    this.#hasSettled = true;
    this.#noteClient();
    if (this.closedAt !== undefined) this.#finish();
  }

  /** The response can change no more: it was sent, or its connection is gone. */
  closeResponse(): void {
    if (this.closedAt !== undefined) return;
    this.closedAt = performance.now();
    const { res } = this.context;
    // Noted now: a handler that answers a client who has left sets a status that nobody got.
    this.status = res.headersSent ? res.statusCode : null;
    if (this.status === null || !isSent(res)) {
      // A source that fails destroys the response as if the client had left; only its error tells them apart.
      this.outcome = res.headersSent && this.hasBrokenBody ? 'truncated' : 'aborted';
    }
    if (this.#hasSettled) this.#finish();
    else this.follower.outlived(this);
  }

  /** Under names in lower case. */
  get responseHeaders(): Readonly<OutgoingHttpHeaders> {
    return this.givenHeaders ?? this.context.res.getHeaders();
  }

  get isResponseClosed(): boolean {
    return this.closedAt !== undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Closes the record although the handler never settled. */
  giveUpWaiting(): void {
    this.isIncomplete = !this.#hasSettled;
    this.#finish();
  }

  get durationMs(): number {
    return (this.closedAt ?? performance.now()) - this.arrivedAt;
  }

  get handlerMs(): number | null {
    if (this.handlerStartedAt === undefined) return null;
    return (this.handlerEndedAt ?? this.closedAt ?? performance.now()) - this.handlerStartedAt;
  }

  get hasFailed(): boolean {
    const { status } = this;
    return this.hasError || this.outcome !== 'sent' || status === null || status >= 400;
  }

  /** Not before the application is done: Koa remembers what it said first, and a middleware may know better. */
  #noteClient(): void {
    try {
      this.clientIp = this.context.ip || this.clientIp;
    } catch {
      // An HTTP/2 session that is gone tells nothing any more.
    }
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.follower.closed(this);
  }
}
