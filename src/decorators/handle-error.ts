import { LoggingError } from '../errors';
import { addErrorHandler, type Class, errorHandlerMethods } from './metadata';

/** An error class: `Error` or anything derived from it. */
export type ErrorClass<E extends Error = Error> = abstract new (...args: never[]) => E;

/** @throws {@link LoggingError} `DECORATOR_INVALID` for what no handler can be registered for. */
export function checkErrorClass(where: string, errorClass: unknown): asserts errorClass is Class {
  const isErrorClass =
    errorClass === Error || (typeof errorClass === 'function' && errorClass.prototype instanceof Error);
  if (!isErrorClass) {
    throw new LoggingError('DECORATOR_INVALID', `${where} needs a class that is Error or extends it.`);
  }
  if (errorClass === AggregateError) {
    throw new LoggingError(
      'DECORATOR_INVALID',
      `${where} cannot take AggregateError: it stands for several errors of any class. ` +
        'Register the handler for Error and look at error.errors there.',
    );
  }
}

/**
 * Makes a method answer errors of a class and of its subclasses. The most derived registered class wins, whatever the
 * order of registration.
 *
 * @throws {@link LoggingError} `DECORATOR_INVALID` for a class that is no error, `AggregateError`, or a second method
 * for the same class.
 * @example
 * class ApiErrors {
 *   @HandleError(PaymentError) payment(error: PaymentError) {
 *     return { status: 402, body: { code: error.code } };
 *   }
 * }
 */
export function HandleError(errorClass: ErrorClass): MethodDecorator {
  return (prototype, member, descriptor) => {
    const owner = prototype.constructor as Class;
    const where = `@HandleError() on ${owner.name}.${String(member)}`;
    if (typeof member !== 'string' || typeof descriptor.value !== 'function') {
      throw new LoggingError('DECORATOR_INVALID', `${where} belongs on a method.`);
    }
    checkErrorClass(where, errorClass);
    const other = errorHandlerMethods(owner).get(errorClass);
    if (other !== undefined && other !== member && Object.hasOwn(prototype, other)) {
      throw new LoggingError(
        'DECORATOR_INVALID',
        `${where}: ${owner.name}.${other} already handles ${errorClass.name}; keep one of the two.`,
      );
    }
    addErrorHandler(owner, errorClass, member);
  };
}
