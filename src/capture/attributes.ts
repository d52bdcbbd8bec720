import type { JsonObject, JsonValue } from '../record/json-value';
import { toJsonValue } from '../redact/to-json-value';

/** Named values for the record's `attributes`; returned by hooks and given to `annotate`. */
export type Attributes = Readonly<Record<string, unknown>>;

/** A copy of an application's value, with its texts whole: they are cut only when no secret can be cut in half. */
export function plainCopy(value: unknown): JsonValue {
  return toJsonValue(value, { maxStringLength: Infinity });
}

/** Attributes as plain data; `undefined` for what is not an object. */
export function plainAttributes(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const plain = plainCopy(value);
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? plain : undefined;
}
