import type { Context } from 'koa';
import { LoggingError } from '../errors';
import { type Class, errorHandlerMethods } from '../decorators/metadata';
import { checkErrorClass, type ErrorClass } from '../decorators/handle-error';
import { describeValue } from '../option-checks';

/** What an error handler answers. */
export interface ErrorResponse {
  /** HTTP status. @defaultValue the error's `httpCode` or `status`, else 500 */
  readonly status?: number;
  /** Sent as it is: an object as JSON. @defaultValue no body */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers an error. Returning nothing leaves it to the default response. */
// A method's type, because one list holds handlers of different errors: methods may take a narrower error than `Error`.
export type ErrorHandler = {
  answer(error: Error, context: Context): ErrorResponse | void | Promise<ErrorResponse | void>;
}['answer'];

/**
 * Where error handlers come from: a class with `@HandleError` methods, an instance of one (from a container, say), or a
 * pair of error class and function.
 */
export type ErrorHandlerSource = (new () => object) | object | readonly [ErrorClass, ErrorHandler];

function isPair(source: ErrorHandlerSource): source is readonly [ErrorClass, ErrorHandler] {
  return Array.isArray(source);
}

/** The registered handlers, found by class: the most derived registered class of an error wins. */
export class ErrorHandlers {
  /** By prototypes: classes that inherit in the old way, as those of `http-errors`, need not know their constructor. */
  readonly #byPrototype = new Map<unknown, ErrorHandler>();

  /** @throws {@link LoggingError} `OPTION_INVALID` or `DECORATOR_INVALID`, naming the source that is wrong. */
  constructor(sources: readonly ErrorHandlerSource[] = []) {
    if (!Array.isArray(sources)) {
      throw new LoggingError('OPTION_INVALID', `errorHandlers must be an array, got ${describeValue(sources)}.`);
    }
    for (const [place, source] of sources.entries()) {
      if (isPair(source)) this.#addPair(`errorHandlers[${place}]`, source);
      else this.#addClass(`errorHandlers[${place}]`, source);
    }
  }

  get isEmpty(): boolean {
    return this.#byPrototype.size === 0;
  }

  /** The handler of the error's class or of its nearest registered parent. */
  find(error: unknown): ErrorHandler | undefined {
    if (!(error instanceof Error)) return undefined;
    for (let type: unknown = Object.getPrototypeOf(error); type !== null; type = Object.getPrototypeOf(type)) {
      const handler = this.#byPrototype.get(type);
      if (handler) return handler;
    }
    return undefined;
  }

  /** Whether a class itself, not only one of its parents, has a handler. */
  has(errorClass: ErrorClass): boolean {
    return this.#byPrototype.has(errorClass.prototype);
  }

  #addPair(where: string, [errorClass, handler]: readonly [ErrorClass, ErrorHandler]): void {
    checkErrorClass(where, errorClass);
    if (typeof handler !== 'function') {
      throw new LoggingError(
        'OPTION_INVALID',
        `${where} needs a function as its second part, got ${describeValue(handler)}.`,
      );
    }
    this.#add(where, errorClass, handler);
  }

  #addClass(where: string, source: object): void {
    const type = (typeof source === 'function' ? source : source?.constructor) as Class | undefined;
    const methods = type ? errorHandlerMethods(type) : new Map<Class, string>();
    if (!type || methods.size === 0) {
      throw new LoggingError(
        'OPTION_INVALID',
        `${where} must be a class with @HandleError methods, an instance of one, or a pair [ErrorClass, handler], ` +
          `got ${describeValue(source)}.`,
      );
    }
    const instance = (typeof source === 'function' ? new (source as new () => object)() : source) as Record<
      string,
      ErrorHandler
    >;
    for (const [errorClass, method] of methods) {
      this.#add(where, errorClass as unknown as ErrorClass, (error, context) => instance[method]!(error, context));
    }
  }

  #add(where: string, errorClass: ErrorClass, handler: ErrorHandler): void {
    if (this.#byPrototype.has(errorClass.prototype)) {
      throw new LoggingError('OPTION_INVALID', `${where} handles ${errorClass.name}, which has a handler already.`);
    }
    this.#byPrototype.set(errorClass.prototype, handler);
  }
}
