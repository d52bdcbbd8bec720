import { types } from 'node:util';
import type { Class } from '../decorators/metadata';
import type { Inspection } from '../inspection';
import { dtoClass } from '../redact/dto-metadata';

/** A sensitive value that the application itself answered. */
export interface LiveSecret {
  readonly path: string;
  readonly text: string;
}

const MAX_NODES = 5_000;

/** The sensitive texts and numbers inside a live result. Runs no getter. */
export function liveSecrets(
  result: unknown,
  verdictOf: Inspection['verdictOf'],
  isSecret: (path: string) => boolean,
): LiveSecret[] {
  const secrets: LiveSecret[] = [];
  const seen = new Set<object>();
  const queue: { readonly path: string; readonly value: unknown; readonly isSensitive: boolean }[] = [
    { path: '', value: result, isSensitive: false },
  ];
  for (const { path, value, isSensitive } of queue) {
    if (isSensitive && (typeof value === 'string' || typeof value === 'number'))
      secrets.push({ path, text: String(value) });
    if (typeof value !== 'object' || value === null || types.isProxy(value) || seen.has(value)) continue;
    if (seen.size === MAX_NODES) break;
    seen.add(value);
    for (const [key, member] of membersOf(value)) {
      const memberPath = [path, key].filter(part => part !== '').join('.');
      queue.push({
        path: memberPath,
        value: member,
        isSensitive: isSensitive || isSecret(memberPath) || isRedacted(classOf(value), key, verdictOf),
      });
    }
  }
  return secrets;
}

/** What the policy withholds of an object without a class depends on what is around it, so that counts as recorded. */
function isRedacted(owner: Class | null, name: string, verdictOf: Inspection['verdictOf']): boolean {
  const { mode } = verdictOf(owner, name);
  return mode !== 'none' && (owner !== null || mode !== 'allow');
}

function membersOf(value: object): [key: string, member: unknown][] {
  if (ArrayBuffer.isView(value)) return [];
  if (Array.isArray(value) || types.isSet(value)) return Array.from(value, member => ['*', member]);
  if (types.isMap(value)) return Array.from(value, ([key, member]) => [String(key), member]);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([key, { enumerable, value: member }]) =>
    enumerable ? [[key, member] as [string, unknown]] : [],
  );
}

function classOf(value: object): Class | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor: unknown = typeof prototype === 'object' && prototype !== null ? prototype.constructor : undefined;
  return dtoClass(constructor) ?? null;
}
