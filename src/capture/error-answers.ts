import type { Context, Next } from 'koa';
import { HttpError, KoaDriver, NotFoundError } from 'routing-controllers';
import { classNameOf } from '../class-name';
import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import type { Redactor } from '../redact/redactor';
import type { Reporter } from '../reporter';
import type { ErrorHandlers, ErrorResponse } from './error-handlers';
import { type HostFailure, hostFailureOf, installHostSeam, matchedBinding } from './host-seam';

/**
 * Turns errors into responses: of parameters, validation, authorization, handlers, undefined results, the body parser
 * and other middleware.
 */
export class ErrorAnswers {
  constructor(
    private readonly handlers: ErrorHandlers,
    private readonly redactor: Redactor,
    private readonly reporter: Reporter,
  ) {
    installHostSeam();
  }

  /** Koa middleware; errors that nobody answers are thrown on. */
  readonly use = async (context: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      return this.answer(context, error);
    }
    if (this.isUnmatched(context)) await this.answerUnmatched(context);
  };

  /**
   * Answers an error by its registered handler, else as the host's default handler would have.
   * @throws the same error when neither applies: it then belongs to Koa, as it would without us.
   */
  async answer(context: Context, error: unknown): Promise<void> {
    if (!isAnswerable(context)) throw error;
    if (await this.#answerByHandler(context, error)) return;
    const failure = hostFailureOf(context, error);
    if (!failure) throw error;
    await this.#answerAsHost(context, failure);
  }

  async #answerByHandler(context: Context, error: unknown): Promise<boolean> {
    const handler = this.handlers.find(error);
    if (!handler) return false;
    const { body: failed } = context;
    try {
      const response = await handler(error as Error, context);
      // The body that was to be sent when it failed is no answer to the error.
      if (response && context.body === failed && failed !== undefined) clearBody(context);
      if (response) respond(context, response, error);
      return Boolean(response);
    } catch (cause) {
      const name = classNameOf(error as Error) ?? 'Error';
      this.reporter.reportOnce(
        `error-handler:${name}`,
        new LoggingError(
          'ERROR_HANDLER_FAILED',
          `The error handler for ${name} threw or answered what cannot be sent; the default response was sent. ` +
            'See error.cause.',
          { cause: quietCause(cause) },
        ),
      );
      return false;
    }
  }

  /** Asks the host's own default handler for its response, so that the two cannot differ, and cleans what it quotes. */
  async #answerAsHost(context: Context, { error, driver, metadata, action }: HostFailure): Promise<void> {
    const answering = Object.create(driver, { isDefaultErrorHandlingEnabled: { value: true } }) as KoaDriver;
    await KoaDriver.prototype.handleError.call(answering, error, metadata, action);
    const body: unknown = context.body;
    if (typeof body === 'object' && body !== null && Array.isArray((body as { errors?: unknown }).errors)) {
      const { errors } = body as { readonly errors: readonly unknown[] };
      const cleaned = this.redactor.cleanValidationErrors(errors, matchedBinding(context)?.parameterTypes);
      if (cleaned !== errors) context.body = { ...body, errors: cleaned };
    }
    const isUnexpected = !(error instanceof HttpError) || error.httpCode >= 500;
    if (isUnexpected && error instanceof Error) context.app.emit('error', error, context);
  }

  /**
   * No route took the request, and somebody asked for 404s by class. A handler for `Error` alone does not count: it would
   * turn every unknown address into its failure response.
   */
  isUnmatched(context: Context): boolean {
    if (this.handlers.isEmpty || context.status !== 404 || context.body != null) return false;
    if (!isAnswerable(context) || matchedBinding(context)) return false;
    return this.handlers.has(NotFoundError) || this.handlers.has(HttpError);
  }

  /** Answers a request that no route took by the handler for 404s. */
  async answerUnmatched(context: Context): Promise<void> {
    await this.#answerByHandler(context, new NotFoundError());
  }
}

/** Without a body, and without a type that would make one of `undefined`, Koa writes the status out. */
function clearBody(context: Context): void {
  context.remove('content-type');
  context.body = undefined;
}

/** Whether what is put into the context would be sent. With `respond: false` Koa sends nothing but errors of its own. */
function isAnswerable(context: Context): boolean {
  return !context.headerSent && context.respond !== false && context.writable;
}

function respond(context: Context, { status, body, headers = {} }: ErrorResponse, error: unknown): void {
  const { httpCode, status: ownStatus } = error as { readonly httpCode?: unknown; readonly status?: unknown };
  context.status = status ?? [httpCode, ownStatus].find(code => typeof code === 'number') ?? 500;
  for (const [name, value] of Object.entries(headers)) context.set(name, value);
  // Koa would turn an undefined body into a 204.
  if (body !== undefined) context.body = body;
}
