import type { Action, InterceptorInterface } from 'routing-controllers';

/** Under this key a Koa context carries the notes that are taken of its request. */
export const EXCHANGE = Symbol.for('logged-controllers:exchange');

/** What the interceptor tells the exchange; the other side lives in `capture/`. */
export interface ResultObserver {
  /** The action's result after the interceptors that ran so far. */
  noteResult(result: unknown): void;
  /** A {@link LoggingInterceptor} that was registered by hand asks for this action to be recorded. */
  requestRecord(): void;
}

/** The exchange of a Koa context, if `logging.middleware()` took it up. */
export function observerOf(context: unknown): ResultObserver | undefined {
  return (context as { [EXCHANGE]?: ResultObserver } | undefined)?.[EXCHANGE];
}

/**
 * What `@Logged` registers. A function, because the host asks the dependency-injection container for interceptor
 * classes at each request, and a container that does not know ours would turn a good answer into a 500.
 */
export function interceptResult(action: Action, result: unknown): unknown {
  observerOf(action.context)?.noteResult(result);
  return result;
}

/**
 * Notes the resolved response object. `@Logged` registers it for you; by hand it records all actions of a controller
 * (`@UseInterceptor(LoggingInterceptor)`) or of all controllers (`interceptors: [LoggingInterceptor]`). Registered more
 * than once it still records once.
 */
export class LoggingInterceptor implements InterceptorInterface {
  intercept(action: Action, result: unknown): unknown {
    observerOf(action.context)?.requestRecord();
    return interceptResult(action, result);
  }
}
