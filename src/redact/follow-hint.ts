import type { JsonObject, JsonValue } from '../record/json-value';
import type { TypeHint } from '../record/snapshot';
import type { KnownPlans } from './known-plans';
import type { Shape } from './plan';

/** A hint that says something of the parts of a value. */
export type StructuredHint = Exclude<TypeHint, number | 'unknown'>;

/** Whether a value has the form that its hint was made of. */
export function fits(hint: StructuredHint, value: JsonValue[] | JsonObject): boolean {
  if ('each' in hint || 'items' in hint) return Array.isArray(value);
  if (Array.isArray(value)) return false;
  // A class may leave its properties out; a plain object is sent as it is.
  return hint.plan !== undefined || Object.keys(hint.properties).every(name => Object.hasOwn(value, name));
}

/** What is known of a value that is declared as `shape`, now that it was asked. */
export function shapeByHint(shape: Shape | null, hint: TypeHint | null, plans: KnownPlans): Shape | null {
  if (typeof hint === 'number') return plans.refine(shape, hint);
  if (typeof hint !== 'object' || hint === null || !('plan' in hint)) return shape;
  return hint.plan === undefined ? shape : plans.refine(shape, hint.plan);
}

/** What is known of the element at a place. */
export function elementHint(hint: StructuredHint, at: number): TypeHint | null {
  if ('each' in hint) return hint.each;
  if (!('items' in hint)) return null;
  return hint.items[at] ?? (hint.isCut && at >= hint.items.length ? 'unknown' : null);
}

/** What is known of the member of a name. */
export function memberHint(hint: StructuredHint, name: string): TypeHint | null {
  // The names come from the wire: `constructor` must not find what every object inherits.
  if (!('properties' in hint) || !Object.hasOwn(hint.properties, name)) return null;
  return hint.properties[name] ?? null;
}

/** Whether an object of a class that is marked as a whole may be in what the hint was made of. */
export function holdsSensitiveClass(hint: TypeHint, plans: KnownPlans): boolean {
  const pending: (TypeHint | null)[] = [hint];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next === null || next === 'unknown') continue;
    const id = typeof next === 'number' ? next : 'plan' in next ? next.plan : undefined;
    if (id !== undefined && plans.get(id)?.mark) return true;
    if (typeof next === 'number') continue;
    if ('each' in next) pending.push(next.each);
    else pending.push(...('items' in next ? next.items : Object.values(next.properties)));
  }
  return false;
}
