import type { Context, Next } from 'koa';
import { HttpError, KoaDriver, NotFoundError } from 'routing-controllers';
import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import type { Reporter } from '../reporter';
import type { ErrorHandler, ErrorHandlers, ErrorResponse } from './error-handlers';
import { type HostFailure, hostFailureOf, matchedBinding } from './host-seam';

/** Takes the values that a DTO marks as sensitive out of class-validator's errors. */
export type CleanValidationErrors = (errors: readonly unknown[]) => unknown;

/**
 * Turns errors into responses: of parameters, validation, authorization, handlers, undefined results, the body parser
 * and other middleware. It is part of `logging.middleware()`.
 */
export class ErrorInterceptor {
  constructor(
    private readonly handlers: ErrorHandlers,
    private readonly cleanValidationErrors: CleanValidationErrors,
    private readonly reporter: Reporter,
  ) {}

  /** Koa middleware; errors that nobody answers are thrown on. */
  async use(context: Context, next: Next): Promise<void> {
    try {
      await next();
    } catch (error) {
      return this.answer(context, error);
    }
    if (this.isUnmatched(context)) await this.answerUnmatched(context);
  }

  /**
   * Answers an error by its registered handler, else as the host's default handler would have.
   * @throws the same error when neither applies: it then belongs to Koa, as it would without us.
   */
  async answer(context: Context, error: unknown): Promise<void> {
    if (context.headerSent || !context.writable) throw error;
    if (await this.#answerByHandler(context, error)) return;
    const failure = hostFailureOf(context, error);
    if (!failure) throw error;
    await this.#answerAsHost(context, failure);
  }

  async #answerByHandler(context: Context, error: unknown): Promise<boolean> {
    const handler = this.handlers.find(error);
    if (!handler) return false;
    const response = await this.#runHandler(handler, error as Error, context);
    if (!response) return false;
    const { httpCode, status } = error as { httpCode?: unknown; status?: unknown };
    for (const [name, value] of Object.entries(response.headers ?? {})) context.set(name, value);
    context.status = response.status ?? [httpCode, status].find(code => typeof code === 'number') ?? 500;
    // Koa would turn an undefined body into a 204.
    if (response.body !== undefined) context.body = response.body;
    return true;
  }

  async #runHandler(handler: ErrorHandler, error: Error, context: Context): Promise<ErrorResponse | void> {
    try {
      return await handler(error, context);
    } catch (cause) {
      this.reporter.reportOnce(
        `error-handler:${error.constructor.name}`,
        new LoggingError(
          'ERROR_HANDLER_FAILED',
          `The @HandleError handler for ${error.constructor.name} threw; the default response was sent. See error.cause.`,
          { cause: quietCause(cause) },
        ),
      );
    }
  }

  /** Asks the host's own default handler for its response, so that the two cannot differ, and cleans what it quotes. */
  async #answerAsHost(context: Context, { error, driver, metadata, action }: HostFailure): Promise<void> {
    const answering = Object.create(driver, { isDefaultErrorHandlingEnabled: { value: true } }) as KoaDriver;
    await KoaDriver.prototype.handleError.call(answering, error, metadata, action);
    const body: unknown = context.body;
    if (typeof body === 'object' && body !== null && Array.isArray((body as { errors?: unknown }).errors)) {
      const { errors } = body as { readonly errors: readonly unknown[] };
      context.body = { ...body, errors: this.cleanValidationErrors(errors) };
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
    if (context.headerSent || context.respond === false || !context.writable || matchedBinding(context)) return false;
    return this.handlers.has(NotFoundError) || this.handlers.has(HttpError);
  }

  /** Answers a request that no route took by the handler for 404s. */
  async answerUnmatched(context: Context): Promise<void> {
    await this.#answerByHandler(context, new NotFoundError());
  }
}
