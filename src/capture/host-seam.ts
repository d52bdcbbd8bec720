import type Koa from 'koa';
import type { Context, Next } from 'koa';
import { type Action, type ActionMetadata, getMetadataArgsStorage, KoaDriver, UseMetadata } from 'routing-controllers';
import { EXCHANGE, LoggingInterceptor } from '../decorators/logging-interceptor';
import { type ActionBinding, bindAction } from './action-binding';
import { noteAction } from './registered-actions';
import { isPromise } from 'node:util/types';

// The one place that reaches into routing-controllers: it wraps four public methods of the Koa driver (those that set up an
// application, register an action, send its result and handle its error) and one of the metadata storage. What they do stays
// the same, and without an exchange on the Koa context they only pass through. The reasons, and what was tried instead, are
// in docs/decisions/0001-action-entry.md.

/** What the seam tells the exchange of a request. */
export interface ActionObserver {
  enterAction(binding: ActionBinding): void;
  handlerStarted(parameters: readonly unknown[]): void;
  handlerReturned(result: unknown): void;
  handlerThrew(error: unknown): void;
  noteResult(result: unknown): void;
  noteError(error: unknown): void;
}

/** An error as the host was about to handle it. */
export interface HostFailure {
  readonly error: unknown;
  readonly driver: KoaDriver;
  readonly metadata: ActionMetadata | undefined;
  readonly action: Action;
}

const PATCHED = Symbol.for('logged-controllers:patched');
const BINDING = Symbol.for('logged-controllers:binding');
const HOST_FAILURE = Symbol.for('logged-controllers:host-failure');

/**
 * Under this key the leak kit's own server puts a function on a request, called when the action is about to
 * run. No client can send a symbol, so that only that server can make an action fail.
 */
export const BEFORE_ACTION = Symbol.for('logged-controllers:before-action');

/** Called with the bound arguments; what it throws is the action's error. */
export type BeforeAction = (params: readonly unknown[]) => void;

interface Noted {
  [EXCHANGE]?: ActionObserver;
  [HOST_FAILURE]?: HostFailure;
}

type RouteMiddleware = ((context: Context, next: Next) => unknown) & { [BINDING]?: ActionBinding };

function routeEntry(binding: ActionBinding): RouteMiddleware {
  const enterAction: RouteMiddleware = (context, next) => {
    (context as Noted)[EXCHANGE]?.enterAction(binding);
    return next();
  };
  enterAction[BINDING] = binding;
  return enterAction;
}

type MethodOverride = NonNullable<ActionMetadata['methodOverride']>;

/** Calls the action as the host would, and notes when it started and how it settled. */
function observedCall(original: MethodOverride | undefined): MethodOverride {
  return (metadata, action, params) => {
    const call = () => (original ? original(metadata, action, params) : metadata.callMethod(params, action));
    const exchange = (action.context as Noted)[EXCHANGE];
    if (!exchange) return call();
    exchange.handlerStarted(params);
    let result: unknown;
    try {
      (action.request.req as { [BEFORE_ACTION]?: BeforeAction })[BEFORE_ACTION]?.(params);
      result = call();
    } catch (error) {
      exchange.handlerThrew(error);
      throw error;
    }
    return observedResult(exchange, result);
  };
}

function observedResult(exchange: ActionObserver, result: unknown): unknown {
  if (isPromise(result)) {
    result.then(
      value => exchange.handlerReturned(value),
      error => exchange.handlerThrew(error),
    );
    return result;
  }
  // Another thenable may start its work anew on each `then` (a database query): it is adopted once, and the host gets
  // the promise.
  if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function') {
    return observedResult(exchange, Promise.resolve(result));
  }
  exchange.handlerReturned(result);
  return result;
}

/**
 * Puts `interceptors: [LoggingInterceptor]` into effect: the host ignores a listed class without `@Interceptor()`, and would
 * run one with it in every application that lists none.
 *
 * @returns whether the application that is being set up lists it.
 */
function answerListedInterceptor(prototype: KoaDriver): () => boolean {
  let isListed = false;
  const initialize = prototype.initialize;
  prototype.initialize = function (this: KoaDriver) {
    isListed = false;
    return initialize.call(this);
  };
  const storage = getMetadataArgsStorage();
  const filter = storage.filterInterceptorMetadatasForClasses;
  storage.filterInterceptorMetadatasForClasses = function (this: typeof storage, classes) {
    const found = filter.call(this, classes);
    isListed = classes.includes(LoggingInterceptor);
    return isListed ? [...found, { target: LoggingInterceptor, priority: 0, global: true }] : found;
  };
  return () => isListed;
}

/** Makes the host tell exchanges of their actions; once per process, whatever the number of calls. */
export function installHostSeam(): void {
  const prototype = KoaDriver.prototype as KoaDriver & { [PATCHED]?: true };
  if (prototype[PATCHED]) return;
  Object.defineProperty(prototype, PATCHED, { value: true });

  const isListed = answerListedInterceptor(prototype);

  const registerAction = prototype.registerAction;
  prototype.registerAction = function (this: KoaDriver, metadata, executeCallback) {
    const binding = bindAction(this, metadata, isListed());
    noteAction(this.koa as Koa, binding);
    const entry = routeEntry(binding);
    metadata.uses.unshift(
      new UseMetadata({ target: metadata.target, method: metadata.method, middleware: entry, afterAction: false }),
    );
    metadata.methodOverride = observedCall(metadata.methodOverride);
    return registerAction.call(this, metadata, executeCallback);
  };

  // After all interceptors: those of an action run after its controller's, and these after those of the application.
  const handleSuccess = prototype.handleSuccess;
  prototype.handleSuccess = function (this: KoaDriver, result: unknown, metadata, action) {
    (action.context as Noted)[EXCHANGE]?.noteResult(result);
    return handleSuccess.call(this, result, metadata, action);
  };

  const handleError = prototype.handleError;
  prototype.handleError = function (this: KoaDriver, error, metadata, action) {
    const noted = action.context as Noted;
    // With the default handler off the host comes here twice for one error of an async action.
    if (noted[HOST_FAILURE]?.error !== error) noted[HOST_FAILURE] = { error, driver: this, metadata, action };
    noted[EXCHANGE]?.noteError(error);
    return handleError.call(this, error, metadata, action);
  };
}

/** The host's failure with this very error, if it had one in this request. */
export function hostFailureOf(context: Context, error: unknown): HostFailure | undefined {
  const failure = (context as unknown as Noted)[HOST_FAILURE];
  return failure?.error === error ? failure : undefined;
}

interface RouterLayer {
  readonly methods: readonly string[];
  readonly stack: readonly RouteMiddleware[];
}

/**
 * The action that the router chose although it was never entered: middleware of its controller refused the request. Of
 * several matching layers the first one that takes the method runs.
 */
export function matchedBinding(context: Context): ActionBinding | undefined {
  const matched: unknown = context.matched;
  if (!Array.isArray(matched)) return undefined;
  const layer = (matched as RouterLayer[]).find(({ methods }) => methods.includes(context.method));
  return layer?.stack.find(middleware => middleware[BINDING])?.[BINDING];
}
