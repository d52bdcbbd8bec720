import { Stream } from 'node:stream';
import { types } from 'node:util';
import type { Class } from '../decorators/metadata';
import { dtoClass } from './dto-metadata';

// Looks at objects of the application without running any of its code: no getter, no trap of a Proxy.

/** The class that the application wrote for objects of this prototype; `opaque` for what is no data. */
export function classBehind(prototype: object): Class | 'plain' | 'opaque' {
  let type: Class | undefined;
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at) || at === Stream.prototype) return 'opaque';
    const above: object | null = Object.getPrototypeOf(at);
    // The end of a chain is `Object.prototype`, also that of another realm.
    if (above === null) return type ?? 'plain';
    if (type) continue;
    const constructor: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (constructor === undefined) continue;
    type = dtoClass(constructor);
    if (!type) return 'opaque';
  }
  return 'plain';
}

/** The class that the application wrote for this value. */
export function classOf(value: unknown): Class | undefined {
  if (!isReadable(value)) return undefined;
  const prototype: object | null = Object.getPrototypeOf(value);
  const type = prototype === null ? 'plain' : classBehind(prototype);
  return typeof type === 'function' ? type : undefined;
}

/** `undefined` for a getter. */
export function ownValue(value: object, key: string | number): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

export function isReadable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isProxy(value);
}
