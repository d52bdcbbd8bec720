import { types } from 'node:util';
import { escapeKey } from '../record/escape-key';
import type { JsonObject, JsonValue } from '../record/json-value';
import { MORE_KEY, TOO_DEEP, moreMarker } from './markers';
import { DEFAULT_LIMITS, type ValueLimits, limitText, plainNumber } from './value-limits';

type Members = Iterable<readonly [string, unknown]>;

interface CountedMembers {
  readonly count: number;
  readonly members: Members;
}

// The built-in getters themselves: an object can shadow `size` or `href` with code of its own.
const mapSize = builtInGetter<number>(Map.prototype, 'size');
const setSize = builtInGetter<number>(Set.prototype, 'size');
const hrefOf = builtInGetter<string>(URL.prototype, 'href');

interface Frame {
  readonly parent: Frame | null;
  readonly source: object;
  readonly copy: JsonValue[] | JsonObject;
  readonly depth: number;
}

/**
 * Copies any application value into data that JSON and BSON both carry unchanged. It runs no code of the value: no
 * getter, no `toJSON`, no trap of a Proxy. It never throws; what cannot be read becomes a placeholder.
 *
 * @param limits What lies beyond is cut and marked.
 * @example
 * toJsonValue({ at: new Date(0), id: 10n, tags: new Set(['a']), run() {} });
 * // { at: '1970-01-01T00:00:00.000Z', id: '10', tags: ['a'] }
 */
export function toJsonValue(value: unknown, limits: Partial<ValueLimits> = {}): JsonValue {
  return new Copy({ ...DEFAULT_LIMITS, ...limits }).run(value) ?? null;
}

const MAX_KEY_LENGTH = 256;
const UNREADABLE = '[Unreadable]';
// What an error has in common with all errors: anything else on it may be what it choked on.
const ERROR_MEMBERS = ['name', 'message'] as const;

class Copy {
  readonly #limits: ValueLimits;
  readonly #queue: Frame[] = [];
  #nodesLeft: number;

  constructor(limits: ValueLimits) {
    this.#limits = limits;
    this.#nodesLeft = limits.maxNodes;
  }

  run(root: unknown): JsonValue | undefined {
    const copy = this.#place(root, null, 0);
    for (let at = 0; at < this.#queue.length; at++) {
      this.#copyInto(this.#queue[at]!);
    }
    return copy;
  }

  #copyInto(frame: Frame): void {
    const { copy } = frame;
    try {
      if (Array.isArray(copy)) this.#copyElements(frame, copy);
      else this.#copyMembers(frame, copy);
    } catch {
      // What was read so far stays.
      if (Array.isArray(copy)) copy.push(UNREADABLE);
      else copy[MORE_KEY] = UNREADABLE;
    }
  }

  /** `undefined` for what neither JSON nor BSON has a place for. */
  #place(value: unknown, parent: Frame | null, depth: number): JsonValue | undefined {
    switch (typeof value) {
      case 'string':
        return limitText(value, this.#limits.maxStringLength);
      case 'number':
        return plainNumber(value);
      case 'boolean':
        return value;
      case 'bigint':
        return limitText(value.toString(), this.#limits.maxStringLength);
      case 'object':
        return value === null ? null : this.#placeObject(value, parent, depth);
      default:
        return undefined;
    }
  }

  #placeObject(value: object, parent: Frame | null, depth: number): JsonValue | undefined {
    if (types.isProxy(value)) return '[Proxy]';
    try {
      const text = textOf(value);
      if (text !== undefined) return limitText(text, this.#limits.maxStringLength);
      if (types.isBoxedPrimitive(value)) return this.#place(unboxed(value), parent, depth);
      for (let frame = parent; frame; frame = frame.parent) if (frame.source === value) return '[Circular]';
      if (depth >= this.#limits.maxDepth) return TOO_DEEP;
      const copy: JsonValue[] | JsonObject = becomesArray(value, this.#nodesLeft) ? [] : {};
      this.#queue.push({ parent, source: value, copy, depth });
      return copy;
    } catch {
      return UNREADABLE;
    }
  }

  #copyElements(frame: Frame, copy: JsonValue[]): void {
    const { source, depth } = frame;
    let left = sizeOf(source);
    for (const element of elementsOf(source)) {
      if (--this.#nodesLeft < 0) {
        copy.push(moreMarker(left));
        return;
      }
      left--;
      copy.push(this.#place(element, frame, depth + 1) ?? null);
    }
  }

  #copyMembers(frame: Frame, copy: JsonObject): void {
    const { source, depth } = frame;
    const { count, members } = membersOf(source);
    let left = count;
    for (const [name, value] of members) {
      if (--this.#nodesLeft < 0) {
        copy[MORE_KEY] = moreMarker(left);
        return;
      }
      left--;
      const placed = this.#place(value, frame, depth + 1);
      if (placed !== undefined) copy[escapeKey(limitText(name, MAX_KEY_LENGTH))] = placed;
    }
  }
}

/** Objects that are told as one text. */
function textOf(value: object): string | undefined {
  if (types.isDate(value)) {
    // `toISOString` throws for an invalid date, and the object may bring its own.
    return Number.isNaN(Date.prototype.getTime.call(value)) ? 'Invalid Date' : Date.prototype.toISOString.call(value);
  }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `[binary: ${value.byteLength} bytes]`;
  return inherits(value, URL.prototype) ? addressOf(hrefOf(value)) : undefined;
}

/** Without user, password, query and fragment: they carry secrets. */
function addressOf(href: string): string {
  const { protocol, host, pathname } = new URL(href);
  return `${protocol}//${host}${pathname}`;
}

/** What `instanceof` tells, without the traps of a Proxy in the chain. */
function inherits(value: object, prototype: object): boolean {
  let at: object | null = Object.getPrototypeOf(value);
  while (at !== null && at !== prototype && !types.isProxy(at)) at = Object.getPrototypeOf(at);
  return at === prototype;
}

function unboxed(value: object): unknown {
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  return types.isBigIntObject(value) ? BigInt.prototype.valueOf.call(value) : undefined;
}

function becomesArray(value: object, nodesLeft: number): boolean {
  if (Array.isArray(value) || types.isSet(value)) return true;
  if (!types.isMap(value)) return false;
  let seen = 0;
  for (const key of Map.prototype.keys.call(value)) {
    if (typeof key !== 'string') return true;
    if (++seen > nodesLeft) return false;
  }
  return false;
}

function sizeOf(source: object): number {
  if (types.isMap(source)) return mapSize(source);
  return types.isSet(source) ? setSize(source) : (source as readonly unknown[]).length;
}

function elementsOf(source: object): Iterable<unknown> {
  if (types.isMap(source)) return Map.prototype.entries.call(source);
  return types.isSet(source) ? Set.prototype.values.call(source) : ownElements(source as readonly unknown[]);
}

function* ownElements(source: readonly unknown[]): Iterable<unknown> {
  for (let at = 0; at < source.length; at++) yield ownValue(source, String(at));
}

function membersOf(source: object): CountedMembers {
  if (types.isMap(source)) {
    return { count: mapSize(source), members: Map.prototype.entries.call(source) as Members };
  }
  if (types.isNativeError(source)) return { count: ERROR_MEMBERS.length, members: errorMembers(source) };
  // Asked for once: of a large object its list of names costs as much as the copy.
  const names = Object.keys(source);
  return { count: names.length, members: ownMembers(source, names) };
}

function* ownMembers(source: object, names: readonly string[]): Members {
  for (const name of names) yield [name, ownValue(source, name)];
}

function* errorMembers(source: Error): Members {
  for (const name of ERROR_MEMBERS) yield [name, inheritedText(source, name)];
}

function ownValue(source: object, name: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(source, name);
  return descriptor?.get || descriptor?.set ? '[Getter]' : descriptor?.value;
}

function inheritedText(source: object, name: string): string | undefined {
  for (let at: object | null = source; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor) return typeof descriptor.value === 'string' ? descriptor.value : undefined;
  }
  return undefined;
}

function builtInGetter<Value>(prototype: object, name: string): (source: object) => Value {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) as { readonly get: (this: object) => Value };
  return source => get.call(source);
}
