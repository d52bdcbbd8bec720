import 'reflect-metadata';
import type { SensitiveMark } from './sensitive-mark';
import type { LoggedOptions } from './selection-options';

// The only file that touches Reflect. Keys are global symbols, so that two installed copies of this package read each
// other's marks instead of leaving a field unredacted.

/** Any class: of a DTO, a controller or an error. */
// `Function` also covers abstract classes and what `design:type` yields.
export type Class = Function & { readonly prototype: object };

const LOGGED = Symbol.for('logged-controllers:logged');
const SENSITIVE_PROPERTIES = Symbol.for('logged-controllers:sensitive-properties');
const SENSITIVE_CLASS = Symbol.for('logged-controllers:sensitive-class');
const SENSITIVE_CLASSES = Symbol.for('logged-controllers:sensitive-classes');
const SENSITIVE_PARAMETERS = Symbol.for('logged-controllers:sensitive-parameters');
const SENSITIVE_NAMES = Symbol.for('logged-controllers:sensitive-names');
const LOGGABLE_PROPERTIES = Symbol.for('logged-controllers:loggable-properties');
const LOGGABLE_CLASS = Symbol.for('logged-controllers:loggable-class');
const LOGGABLE_PARAMETERS = Symbol.for('logged-controllers:loggable-parameters');
const ERROR_HANDLERS = Symbol.for('logged-controllers:error-handlers');

/** The inherited map is copied before it is added to: a subclass must not change its parent. */
function addToOwnMap<Key, Value>(symbol: symbol, target: object, key: Key, value: Value, member?: string): void {
  const [inherited, own] =
    member === undefined
      ? [Reflect.getMetadata(symbol, target), Reflect.getOwnMetadata(symbol, target)]
      : [Reflect.getMetadata(symbol, target, member), Reflect.getOwnMetadata(symbol, target, member)];
  const map: Map<Key, Value> = own ?? new Map(inherited);
  map.set(key, value);
  if (member === undefined) Reflect.defineMetadata(symbol, map, target);
  else Reflect.defineMetadata(symbol, map, target, member);
}

export function markProperty(owner: Class, property: string, mark: SensitiveMark): void {
  addToOwnMap(SENSITIVE_PROPERTIES, owner, property, mark);
  if (mark !== false) sensitiveNames().add(property);
}

/** Marks of the class and its parents by property name; the subclass wins. */
export function markedProperties(owner: Class): ReadonlyMap<string, SensitiveMark> {
  return Reflect.getMetadata(SENSITIVE_PROPERTIES, owner) ?? new Map();
}

export function markClass(owner: Class, mark: SensitiveMark): void {
  Reflect.defineMetadata(SENSITIVE_CLASS, mark, owner);
  if (mark !== false) Reflect.defineMetadata(SENSITIVE_CLASSES, true, Object);
}

/** Whether any `@Sensitive` in this process marks a whole class: an object of unknown class could be one of these. */
export function hasSensitiveClasses(): boolean {
  return Reflect.getMetadata(SENSITIVE_CLASSES, Object) === true;
}

/** Mark of the whole class, its own or the nearest parent's. */
export function markOfClass(owner: Class): SensitiveMark | undefined {
  return Reflect.getMetadata(SENSITIVE_CLASS, owner);
}

export function markParameter(controller: Class, action: string, index: number, mark: SensitiveMark): void {
  addToOwnMap(SENSITIVE_PARAMETERS, controller, index, mark, action);
}

/** Marks of an action's parameters by their place. */
export function markedParameters(controller: Class, action: string): ReadonlyMap<number, SensitiveMark> {
  return Reflect.getMetadata(SENSITIVE_PARAMETERS, controller, action) ?? new Map();
}

/**
 * Every property name that any `@Sensitive` in this process marked. It grows while modules load: ask again instead of
 * keeping a copy.
 */
export function sensitiveNames(): Set<string> {
  const known: Set<string> | undefined = Reflect.getMetadata(SENSITIVE_NAMES, Object);
  if (known) return known;
  const names = new Set<string>();
  Reflect.defineMetadata(SENSITIVE_NAMES, names, Object);
  return names;
}

export function markLoggable(owner: Class, property: string): void {
  const own: Set<string> = Reflect.getOwnMetadata(LOGGABLE_PROPERTIES, owner) ?? new Set();
  Reflect.defineMetadata(LOGGABLE_PROPERTIES, own.add(property), owner);
}

/** Whether `@Loggable` stands on the property in this very class. */
export function ownsLoggableMark(owner: Class, property: string): boolean {
  return loggableMarksOf(owner)?.has(property) === true;
}

function loggableMarksOf(owner: Class): ReadonlySet<string> | undefined {
  return Reflect.getOwnMetadata(LOGGABLE_PROPERTIES, owner);
}

/** The properties that `@Loggable` stands on, in the class and its parents. */
export function loggableProperties(owner: Class): ReadonlySet<string> {
  return new Set(familyOf(owner).flatMap(type => [...(loggableMarksOf(type) ?? [])]));
}

export function markLoggableClass(owner: Class): void {
  Reflect.defineMetadata(LOGGABLE_CLASS, true, owner);
}

export function isLoggableClass(owner: Class): boolean {
  return Reflect.getOwnMetadata(LOGGABLE_CLASS, owner) === true;
}

/** Whether the property is marked, or declared by a class that is marked: a class speaks for what it declares itself. */
export function isLoggableProperty(owner: Class, property: string): boolean {
  const family = familyOf(owner);
  if (family.some(type => ownsLoggableMark(type, property))) return true;
  const declaring = family.find(type => Reflect.hasOwnMetadata('design:type', type.prototype, property));
  return declaring !== undefined && isLoggableClass(declaring);
}

export function markLoggableParameter(controller: Class, action: string, index: number): void {
  addToOwnMap(LOGGABLE_PARAMETERS, controller, index, true, action);
}

export function isLoggableParameter(controller: Class, action: string, index: number): boolean {
  const marks: ReadonlyMap<number, true> | undefined = Reflect.getMetadata(LOGGABLE_PARAMETERS, controller, action);
  return marks?.has(index) === true;
}

/** The class and its parents, the nearest first. */
function familyOf(owner: Class): Class[] {
  const family: Class[] = [];
  for (let type: unknown = owner; typeof type === 'function' && type.prototype; type = Object.getPrototypeOf(type)) {
    family.push(type);
  }
  return family;
}

export function setLogged(controller: Class, action: string | undefined, options: LoggedOptions | false): void {
  if (action === undefined) Reflect.defineMetadata(LOGGED, options, controller);
  else Reflect.defineMetadata(LOGGED, options, controller, action);
}

/**
 * What `@Logged` says of an action: the method's word over the class's, both inherited. `undefined` when neither says
 * anything, `false` when switched off.
 */
export function loggedOf(controller: Class, action: string): LoggedOptions | false | undefined {
  const ofClass: LoggedOptions | false | undefined = Reflect.getMetadata(LOGGED, controller);
  const ofMethod: LoggedOptions | false | undefined = Reflect.getMetadata(LOGGED, controller, action);
  if (ofMethod === undefined || ofMethod === false) return ofMethod ?? ofClass;
  return ofClass ? { ...ofClass, ...ofMethod } : ofMethod;
}

export function addErrorHandler(owner: Class, errorClass: Class, method: string): void {
  addToOwnMap(ERROR_HANDLERS, owner, errorClass, method);
}

/** Names of the `@HandleError` methods of a class and its parents by error class. */
export function errorHandlerMethods(owner: Class): ReadonlyMap<Class, string> {
  return Reflect.getMetadata(ERROR_HANDLERS, owner) ?? new Map();
}

/** The class that TypeScript noted for a decorated property; `Object`, `Array` or a primitive's wrapper are no help. */
export function declaredTypeOf(owner: Class, property: string): Class | undefined {
  const type: unknown = Reflect.getMetadata('design:type', owner.prototype, property);
  return typeof type === 'function' ? type : undefined;
}

/** The class that TypeScript noted as an action's result; a promise or a primitive is none. */
export function returnTypeOf(controller: Class, action: string): Class | undefined {
  const type: unknown = Reflect.getMetadata('design:returntype', controller.prototype, action);
  return typeof type === 'function' ? type : undefined;
}

/** The classes that TypeScript noted of an action's parameters, by their place. */
export function parameterTypesOf(controller: Class, action: string): readonly unknown[] {
  return (
    (Reflect.getMetadata('design:paramtypes', controller.prototype, action) as readonly unknown[] | undefined) ?? []
  );
}
