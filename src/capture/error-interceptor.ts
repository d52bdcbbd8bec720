import type { Context, Next } from 'koa';
import type { Report } from '../errors';
import { refuseUnknownKeys, requireFunction } from '../option-checks';
import { resolveRedactOptions } from '../redact/redact-options';
import { Redactor } from '../redact/redactor';
import { Reporter } from '../reporter';
import { ErrorAnswers } from './error-answers';
import { ErrorHandlers, type ErrorHandlerSource } from './error-handlers';

/** Options of an {@link ErrorInterceptor}. */
export interface ErrorInterceptorOptions {
  /** Classes with `@HandleError` methods, instances of such, or pairs `[ErrorClass, handler]`. @defaultValue [] */
  readonly errorHandlers?: readonly ErrorHandlerSource[];
  /** Called for handlers that throw, once for each class of error. @defaultValue `process.emitWarning` */
  readonly onError?: Report;
}

/**
 * The error handling of `logging.middleware()` by itself, for applications that record nothing.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN`, `OPTION_INVALID` or `DECORATOR_INVALID` for a wrong handler.
 * @example
 * app.use(new ErrorInterceptor({ errorHandlers: [ApiErrors] }).use); // before all others
 * useKoaServer(app, { controllers: [UsersController], defaultErrorHandler: false });
 */
export class ErrorInterceptor {
  /** Koa middleware; errors that nobody answers are thrown on. */
  readonly use: (context: Context, next: Next) => Promise<void>;

  constructor(options: ErrorInterceptorOptions = {}) {
    refuseUnknownKeys('ErrorInterceptor', options, ['errorHandlers', 'onError']);
    const { errorHandlers, onError } = options;
    if (onError !== undefined) requireFunction('ErrorInterceptor({ onError })', onError);
    const reporter = new Reporter(onError);
    const redactor = new Redactor(resolveRedactOptions(), reporter.report);
    this.use = new ErrorAnswers(new ErrorHandlers(errorHandlers), redactor, reporter).use;
  }
}
