import { LoggingError } from '../errors';
import { refuseUnknownKeys, requireInteger, requireOneOf } from '../option-checks';
import { refuseSensitiveOnLoggable } from './loggable';
import { type Class, declaredTypeOf, markClass, markParameter, markProperty, parameterTypesOf } from './metadata';
import type { RedactionFunction, SensitiveMark } from './sensitive-mark';

/** Shows parts of a text or a number. */
export interface MaskOptions {
  /** Every character but the kept ones becomes `*`. */
  readonly mode: 'mask';
  /** Characters kept at the start. @defaultValue 0 */
  readonly keepFirst?: number;
  /** Characters kept at the end; of an e-mail address, at the end of what stands before the `@`. @defaultValue 0 */
  readonly keepLast?: number;
  /** `email` keeps the domain too: `a***@example.org`. What is no e-mail address then keeps nothing. */
  readonly as?: 'email';
}

/** How a sensitive value is recorded. */
export type SensitiveOptions =
  | MaskOptions
  | {
      /**
       * - `redact`: the text `[REDACTED]`.
       * - `remove`: the property is left out.
       * - `hash`: `hmac:<key id>:<HMAC-SHA-256>`, so that records can be searched by a known value (needs `redact.hashKey`).
       * - `encrypt`: `enc:<key id>:<AES-256-GCM>`, which `logging.reveal` reads again (needs `redact.encryptionKey`).
       * - a function: what it returns; recorded as mode `custom`.
       *
       * @defaultValue 'redact'
       */
      readonly mode?: 'redact' | 'remove' | 'hash' | 'encrypt' | RedactionFunction;
    };

/** The shape of {@link Sensitive}: for properties, classes and parameters of actions, never for methods or constructors. */
export interface SensitiveDecorator {
  (target: object, property: string | symbol): void;
  (target: Function): void;
  (target: object, method: string | symbol | undefined, parameterIndex: number): void;
}

/** What the compiler says when `mode: 'mask'` stands where there is nothing to mask. */
export type MaskRefusal =
  '@Sensitive({ mode: "mask" }) shows parts of a text or a number. This is an object, which would be redacted as a whole: mark the properties of its class, or use another mode.';

type IsObject<Value> = [Value] extends [never]
  ? false
  : Value extends string | number | bigint | boolean | symbol | null | undefined | Function
    ? never
    : Value extends { toJSON(...parameters: never): infer Written }
      ? IsObject<Written>
      : Value extends ReadonlyMap<unknown, unknown>
        ? true
        : Value extends readonly (infer Element)[] | ReadonlySet<infer Element>
          ? IsObject<Element>
          : unknown extends Value
            ? never
            : true;

/** `Place` itself, or the refusal: whoever passes a property's name learns why it is not taken. */
type Maskable<Value, Place> = true extends IsObject<Value> ? MaskRefusal : Place;

type TypeOfProperty<Target, Property> = Property extends keyof Target ? Target[Property] : unknown;

type TypeOfParameter<Target, Method, Index> = Method extends keyof Target
  ? Target[Method] extends (...parameters: infer Parameters extends unknown[]) => unknown
    ? Index extends keyof Parameters
      ? Parameters[Index]
      : unknown
    : unknown
  : unknown;

/** The shape of {@link Sensitive} in mode `mask`: for properties and parameters whose type is text, number or a list of them. */
export interface MaskDecorator {
  <Target extends object, Member extends string | symbol | undefined, Index extends number | undefined = undefined>(
    target: Target,
    member: Index extends number ? Member : Maskable<TypeOfProperty<Target, Member>, Member>,
    parameterIndex?: Index extends number ? Maskable<TypeOfParameter<Target, Member, Index>, Index> : Index,
  ): void;
}

function resolveMark(options: SensitiveOptions | false): SensitiveMark {
  if (options === false) return false;
  refuseUnknownKeys('@Sensitive()', options, ['mode', 'keepFirst', 'keepLast', 'as']);
  const { mode = 'redact' } = options;
  if (typeof mode === 'function') return { mode: 'custom', redact: mode };
  requireOneOf('@Sensitive() mode', mode, ['redact', 'remove', 'mask', 'hash', 'encrypt']);
  if (mode !== 'mask') {
    for (const key of ['keepFirst', 'keepLast', 'as']) {
      if (key in options) {
        throw new LoggingError('OPTION_INVALID', `@Sensitive() ${key} needs mode "mask"; the mode is "${mode}".`);
      }
    }
    return { mode };
  }
  const { keepFirst = 0, keepLast = 0, as } = options as MaskOptions;
  requireInteger('@Sensitive() keepFirst', keepFirst, { min: 0, max: 64, unit: 'characters' });
  requireInteger('@Sensitive() keepLast', keepLast, { min: 0, max: 64, unit: 'characters' });
  if (as !== undefined) requireOneOf('@Sensitive() as', as, ['email']);
  return { mode, keepFirst, keepLast, ...(as && { isEmail: true }) };
}

/**
 * Marks a DTO property, a whole DTO class or a controller parameter as sensitive: its value never reaches a record as
 * it is, wherever the type or the name turns up. `@Sensitive(false)` says that a property is harmless although its name
 * sounds like a secret.
 *
 * @throws {@link LoggingError} `DECORATOR_INVALID` on a method, a symbol-named property, or an object in mode `mask`;
 * `OPTION_…` for wrong options.
 * @example
 * class SignUp {
 *   @Sensitive() password!: string; // "[REDACTED]"
 *   @Sensitive({ mode: 'mask', keepLast: 4 }) cardNumber!: string; // "************4242"
 * }
 */
export function Sensitive(options: MaskOptions): MaskDecorator;
export function Sensitive(options?: SensitiveOptions | false): SensitiveDecorator;
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
      if (isMask(mark)) throw maskRefusal(`the class ${target.name}`);
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
      if (isMask(mark) && holdsMembers(parameterTypesOf(owner, member)[place])) {
        throw maskRefusal(`parameter ${place + 1} of ${owner.name}.${member}`);
      }
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
    if (isMask(mark) && holdsMembers(declaredTypeOf(owner, member))) throw maskRefusal(`${owner.name}.${member}`);
    if (mark !== false) refuseSensitiveOnLoggable(owner, member);
    markProperty(owner, member, mark);
  };
}

function isMask(mark: SensitiveMark): boolean {
  return mark !== false && mark.mode === 'mask';
}

/** A class of the application whose objects are not recorded as one text. */
function holdsMembers(type: unknown): boolean {
  if (typeof type !== 'function' || typeof type.prototype !== 'object' || type.prototype === null) return false;
  const isBuiltIn = (globalThis as Record<string, unknown>)[type.name] === type;
  return !isBuiltIn && !('toJSON' in type.prototype);
}

function maskRefusal(where: string): LoggingError {
  return new LoggingError(
    'DECORATOR_INVALID',
    `@Sensitive({ mode: "mask" }) on ${where}: it shows parts of a text or a number, and an object would be redacted as a ` +
      'whole. Mark the properties of its class instead, or use mode "redact", "hash" or "encrypt" for all of it.',
  );
}
