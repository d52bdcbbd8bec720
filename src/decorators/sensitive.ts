import { LoggingError } from '../errors';
import { refuseUnknownKeys, requireInteger, requireOneOf } from '../option-checks';
import type { JsonValue } from '../record/json-value';
import { refuseSensitiveOnLoggable } from './loggable';
import { type Class, markClass, markParameter, markProperty } from './metadata';

/** Turns a sensitive value into what may be recorded. When it throws, the value is redacted. */
export type RedactionFunction = (value: JsonValue) => JsonValue;

/** How a sensitive value is recorded. */
export type SensitiveOptions =
  | {
      /**
       * - `redact`: the text `[REDACTED]`.
       * - `remove`: the property is left out.
       * - `hash`: `hmac:<key id>:<HMAC-SHA-256>`, so that records can be searched by a known value (needs `redact.hashKey`).
       * - a function: what it returns; recorded as mode `custom`.
       *
       * @defaultValue 'redact'
       */
      readonly mode?: 'redact' | 'remove' | 'hash' | RedactionFunction;
    }
  | {
      /** Every character but the kept ones becomes `*`. */
      readonly mode: 'mask';
      /** Characters kept at the start. @defaultValue 0 */
      readonly keepFirst?: number;
      /** Characters kept at the end. @defaultValue 0 */
      readonly keepLast?: number;
    };

/** Options as kept in metadata: complete, or `false` for "known not to be sensitive". */
export type SensitiveMark =
  | { readonly mode: 'redact' | 'remove' | 'hash' }
  | { readonly mode: 'mask'; readonly keepFirst: number; readonly keepLast: number }
  | { readonly mode: 'custom'; readonly redact: RedactionFunction }
  | false;

/** The shape of {@link Sensitive}: for properties, classes and constructor-less parameters, never for methods. */
export interface SensitiveDecorator {
  (target: object, property: string | symbol): void;
  (target: Function): void;
  (target: object, method: string | symbol | undefined, parameterIndex: number): void;
}

function resolveMark(options: SensitiveOptions | false): SensitiveMark {
  if (options === false) return false;
  refuseUnknownKeys('@Sensitive()', options, ['mode', 'keepFirst', 'keepLast']);
  const { mode = 'redact' } = options;
  if (typeof mode === 'function') return { mode: 'custom', redact: mode };
  requireOneOf('@Sensitive() mode', mode, ['redact', 'remove', 'mask', 'hash']);
  if (mode !== 'mask') {
    for (const key of ['keepFirst', 'keepLast']) {
      if (key in options) {
        throw new LoggingError('OPTION_INVALID', `@Sensitive() ${key} needs mode "mask"; the mode is "${mode}".`);
      }
    }
    return { mode };
  }
  const { keepFirst = 0, keepLast = 0 } = options as { readonly keepFirst?: number; readonly keepLast?: number };
  requireInteger('@Sensitive() keepFirst', keepFirst, { min: 0, max: 64, unit: 'characters' });
  requireInteger('@Sensitive() keepLast', keepLast, { min: 0, max: 64, unit: 'characters' });
  return { mode, keepFirst, keepLast };
}

/**
 * Marks a DTO property, a whole DTO class or a controller parameter as sensitive: its value never reaches a record as
 * it is, wherever the type or the name turns up. `@Sensitive(false)` says that a property is harmless although its name
 * sounds like a secret.
 *
 * @throws {@link LoggingError} `DECORATOR_INVALID` on a method or a symbol-named property, `OPTION_…` for wrong options.
 * @example
 * class SignUp {
 *   @Sensitive() password!: string; // "[REDACTED]"
 *   @Sensitive({ mode: 'mask', keepLast: 4 }) cardNumber!: string; // "************4242"
 * }
 */
export function Sensitive(options: SensitiveOptions | false = {}): SensitiveDecorator {
  const mark = resolveMark(options);
  return (target: object, member?: string | symbol, place?: number | PropertyDescriptor): void => {
    if (member === undefined && typeof target === 'function') {
      if (typeof place === 'number') {
        throw new LoggingError(
          'DECORATOR_INVALID',
          `@Sensitive() on a constructor parameter of ${target.name} has no effect; mark the property instead.`,
        );
      }
      if (mark !== false) refuseSensitiveOnLoggable(target);
      return markClass(target, mark);
    }
    const owner = target.constructor as Class;
    if (typeof member !== 'string') {
      throw new LoggingError(
        'DECORATOR_INVALID',
        `@Sensitive() on ${owner.name}[${String(member)}]: properties named by a symbol are never recorded.`,
      );
    }
    if (typeof place === 'number') {
      if (mark !== false) refuseSensitiveOnLoggable(owner, member, place);
      return markParameter(owner, member, place, mark);
    }
    if (typeof target === 'function') {
      throw new LoggingError(
        'DECORATOR_INVALID',
        `@Sensitive() on the static ${target.name}.${member}: only instance properties are recorded.`,
      );
    }
    if (typeof place?.value === 'function') {
      throw new LoggingError(
        'DECORATOR_INVALID',
        `@Sensitive() on the method ${owner.name}.${member}: it marks properties, classes and parameters. ` +
          `To keep an action's bodies out of the records use @Logged({ requestBody: 'never', responseBody: 'never' }).`,
      );
    }
    if (mark !== false) refuseSensitiveOnLoggable(owner, member);
    markProperty(owner, member, mark);
  };
}
