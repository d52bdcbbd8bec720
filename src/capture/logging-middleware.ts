import type { Context, Middleware, Next } from 'koa';
import type Koa from 'koa';
import { EXCHANGE } from '../decorators/logging-interceptor';
import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import type { Reporter } from '../reporter';
import type { ErrorAnswers } from './error-answers';
import { Exchange, type ExchangeFollower } from './exchange';
import type { OpenExchanges } from './open-exchanges';
import type { RecordMaker } from './record-maker';
import { saneRequestId } from './request-identity';
import { tapResponse } from './response-tap';
import type { Attributes } from './attributes';
import { runUserCode } from './user-code';
import { UuidV7Source } from '../record/uuid-v7';

export interface CaptureOptions {
  readonly requestIdHeader: string | false;
  readonly maxBodyBytes: number;
  readonly onRequest?: ((context: Context) => Attributes | void) | undefined;
  /** Filled with the applications whose requests were seen. */
  readonly apps: Set<Koa>;
}

interface Followed {
  [EXCHANGE]?: Exchange;
}

/** Errors of a client that went away, as against a source of ours that broke. */
const CLIENT_GONE: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** ECONNRESET of the body's own source is a failure of that source; otherwise the client has reset its connection. */
function isClientGone(error: unknown, context: Context): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  const { errored } = (context.body ?? {}) as { readonly errored?: unknown };
  return CLIENT_GONE.has(code) && !(code === 'ECONNRESET' && errored === error);
}

/** Opens an exchange for each request and follows it to its end. */
export class Capture {
  readonly #ids = new UuidV7Source();
  readonly #watchedApps = new WeakSet<Koa>();
  #isClosed = false;

  constructor(
    private readonly options: CaptureOptions,
    private readonly open: OpenExchanges,
    private readonly maker: RecordMaker,
    private readonly errors: ErrorAnswers,
    private readonly reporter: Reporter,
  ) {}

  /** The Koa middleware; it belongs before all others, so that it sees what they refuse. */
  middleware(): Middleware {
    return (context, next) => {
      const followed = (context as Followed)[EXCHANGE];
      if (followed) {
        // Mounted twice, the outer one has taken the request up already.
        if (followed.follower === this.#follower) return next();
        this.#hintAtOther();
        return this.errors.use(context, next);
      }
      const exchange = this.#isClosed ? undefined : this.#openExchange(context);
      return exchange ? this.#follow(exchange, context, next) : this.errors.use(context, next);
    };
  }

  /** Takes up no more requests; those still unanswered are counted and let go. */
  close(): void {
    if (this.#isClosed) return;
    this.open.endAnswered();
    this.#isClosed = true;
    this.maker.counts.dropped.closed += this.open.abandon();
  }

  /** Takes up no more requests and ends those under way: the process ends, and nobody will answer them. */
  endNow(): void {
    if (!this.#isClosed) this.open.endAll();
    this.close();
  }

  async #follow(exchange: Exchange, context: Context, next: Next): Promise<void> {
    try {
      await next();
      if (this.errors.isUnmatched(context)) await this.errors.answerUnmatched(context);
    } catch (error) {
      exchange.noteError(error);
      await this.errors.answer(context, error);
    } finally {
      exchange.settle();
    }
  }

  #openExchange(context: Context): Exchange | undefined {
    try {
      return this.#begin(context);
    } catch (cause) {
      this.reporter.reportOnce(
        'open',
        new LoggingError('CAPTURE_FAILED', 'A request could not be followed; it goes on unrecorded. See error.cause.', {
          cause: quietCause(cause),
        }),
      );
      return undefined;
    }
  }

  #begin(context: Context): Exchange {
    const { requestIdHeader } = this.options;
    const { req, res } = context;
    const at = Date.now();
    const id = this.#ids.make(at);
    const incomingId = requestIdHeader ? saneRequestId(req.headers[requestIdHeader]) : undefined;
    const { remoteAddress, remotePort } = req.socket;
    const exchange = new Exchange(context, id, at, incomingId ?? id, remoteAddress, remotePort, this.#follower);
    this.#watchErrors(context.app);
    // Not by `context.set`, which takes lists and objects as well, and several times as long.
    if (requestIdHeader && !res.headersSent) res.setHeader(requestIdHeader, exchange.requestId);
    tapResponse(res, exchange, this.options);
    this.open.watch(exchange);
    (context as Followed)[EXCHANGE] = exchange;
    this.maker.counts.seen++;
    if (this.options.onRequest) {
      exchange.requestAttributes = runUserCode('onRequest', this.reporter, this.options.onRequest, context);
    }
    return exchange;
  }

  readonly #follower: ExchangeFollower = {
    outlived: exchange => this.open.awaitHandler(exchange),
    closed: exchange => {
      this.open.forget(exchange);
      if (this.#isClosed) return;
      this.#hintAtSetup(exchange);
      this.maker.accept(exchange);
    },
  };

  /**
   * Errors that come after all middleware (a body that cannot be serialised, a stream that breaks) are told only by the
   * app's event. The listener is added at the first request: Koa adds its own printing one when the server starts, and
   * only if there is no other.
   */
  #watchErrors(app: Koa): void {
    if (this.#watchedApps.has(app)) return;
    this.#watchedApps.add(app);
    this.options.apps.add(app);
    app.on('error', (error: unknown, context?: Context) => {
      const exchange = (context as Followed | undefined)?.[EXCHANGE];
      if (!exchange) return;
      if (isClientGone(error, exchange.context)) return;
      exchange.hasBrokenBody = true;
      exchange.noteToldError(error);
    });
  }

  #hintAtOther(): void {
    this.reporter.reportOnce(
      'other-logging',
      new LoggingError(
        'CAPTURE_FAILED',
        'Another logging in front of this one follows the requests of this application, so this one records none of ' +
          'them. Use one createLogging() for each application; it takes as many sinks as you like.',
      ),
    );
  }

  #hintAtSetup({ binding, hasError, result, handlerStartedAt }: Exchange): void {
    if (hasError && binding?.answersErrors) {
      this.reporter.reportOnce(
        'default-error-handler',
        new LoggingError(
          'DEFAULT_ERROR_HANDLER',
          "routing-controllers' default error handler answers errors before the error interceptor can: registered " +
            'error handlers are not called, and validation errors quote sensitive input to the client. ' +
            'Pass { defaultErrorHandler: false } to useKoaServer().',
        ),
      );
    }
    if (!binding && handlerStartedAt === undefined && result !== undefined) {
      this.reporter.reportOnce(
        'late-setup',
        new LoggingError(
          'LATE_SETUP',
          'Controllers were registered before createLogging() was called, so records lack handlers and types. ' +
            'Call createLogging() before useKoaServer().',
        ),
      );
    }
  }
}
