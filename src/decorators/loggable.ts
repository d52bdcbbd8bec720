import { LoggingError } from '../errors';
import {
  type Class,
  isLoggableClass,
  isLoggableParameter,
  markLoggable,
  markLoggableClass,
  markLoggableParameter,
  markOfClass,
  markedParameters,
  markedProperties,
  ownsLoggableMark,
} from './metadata';

/** The shape of {@link Loggable}: for properties, classes and parameters of actions. */
export interface LoggableDecorator {
  (target: object, property: string | symbol): void;
  (target: Function): void;
  (target: object, method: string | symbol | undefined, parameterIndex: number): void;
}

/** @throws {@link LoggingError} `DECORATOR_INVALID` when `@Sensitive` is put where `@Loggable` stands. */
export function refuseSensitiveOnLoggable(owner: Class, member?: string, index?: number): void {
  if (member === undefined) {
    if (isLoggableClass(owner)) throw contradiction(`the class ${owner.name}`);
  } else if (index !== undefined) {
    if (isLoggableParameter(owner, member, index)) throw contradiction(parameterText(owner, member, index));
  } else if (ownsLoggableMark(owner, member)) throw contradiction(`${owner.name}.${member}`);
}

function contradiction(where: string): LoggingError {
  return new LoggingError(
    'DECORATOR_INVALID',
    `@Loggable() and @Sensitive() both stand on ${where}: a sensitive value is never recorded as it is. Remove one of them.`,
  );
}

function parameterText(owner: Class, action: string, index: number): string {
  return `parameter ${index + 1} of ${owner.name}.${action}`;
}

/**
 * Marks what may be recorded where `redact: { policy: 'allow' }` records nothing else: a DTO property, every decorated
 * property that a DTO class declares itself, or a controller parameter. Without that policy it changes nothing.
 * A sensitive name stays redacted until `@Sensitive(false)` says that it is harmless.
 *
 * @throws {@link LoggingError} `DECORATOR_INVALID` on a method, a static or symbol-named property, a constructor's
 * parameter, and on what is marked `@Sensitive`.
 * @example
 * class Order {
 *   @Loggable() @IsString() status!: string; // recorded
 *   @IsString() note!: string; // "[REDACTED]"
 * }
 */
export function Loggable(): LoggableDecorator {
  return (target: object, member?: string | symbol, place?: number | PropertyDescriptor): void => {
    if (member === undefined && typeof target === 'function') {
      if (typeof place === 'number') throw refusal(`a constructor parameter of ${target.name}`);
      if (markOfClass(target)) throw contradiction(`the class ${target.name}`);
      return markLoggableClass(target);
    }
    const owner = target.constructor as Class;
    if (typeof member !== 'string') throw refusal(`${owner.name}[${String(member)}]`);
    if (typeof place === 'number') {
      if (markedParameters(owner, member).get(place)) throw contradiction(parameterText(owner, member, place));
      return markLoggableParameter(owner, member, place);
    }
    if (typeof target === 'function') throw refusal(`the static ${target.name}.${member}`);
    if (typeof place?.value === 'function') throw refusal(`the method ${owner.name}.${member}`);
    if (markedProperties(owner).get(member)) throw contradiction(`${owner.name}.${member}`);
    markLoggable(owner, member);
  };
}

function refusal(where: string): LoggingError {
  return new LoggingError(
    'DECORATOR_INVALID',
    `@Loggable() on ${where} has no effect: it marks properties, classes and parameters of actions.`,
  );
}
