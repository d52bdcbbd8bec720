import type { SensitiveMark } from '../decorators/sensitive-mark';
import type { PlanId } from '../record/snapshot';

/** How a sensitive value is redacted. */
export type ActiveMark = Exclude<SensitiveMark, false>;

/** What is known of one property, under one of its names on the wire. */
export interface Field {
  /** The name as a key of a record. */
  readonly key: string;
  readonly mark: ActiveMark | null;
  /** Recorded where nothing else is: see the policy `allow`. */
  readonly isLoggable: boolean;
  /** What the value holds, or its elements when it is an array. */
  readonly shape: Shape | null;
}

/** The compiled redactions of one class. */
export interface Plan {
  readonly kind: 'class';
  readonly id: PlanId;
  /** Redacts the value as a whole. */
  readonly mark: ActiveMark | null;
  /** Numbers of the class and of those that it derives from, its own first; empty when it is no class's plan. */
  readonly lineage: readonly number[];
  /** All of it is loggable: the untyped value of a marked parameter. */
  readonly isOpen?: true;
  /** By name on the wire, and by property name where `@Expose` gave another. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Names on the wire by property name, where they differ. */
  readonly wireNames: ReadonlyMap<string, string>;
}

/** Sub types told apart by a property of the value; `otherwise` redacts what any of them does. */
export interface Choice {
  readonly kind: 'choice';
  readonly property: string;
  readonly plans: ReadonlyMap<string, Plan>;
  readonly otherwise: Plan;
}

/** An object whose keys are data: a map on the wire. */
export interface Values {
  readonly kind: 'values';
  readonly of: Plan | Choice;
}

/** What is known of a value. Shapes refer to each other, in circles too: they are compiled data without functions of ours. */
export type Shape = Plan | Choice | Values;

export const REDACT: ActiveMark = { mode: 'redact' };

/** The mark for a place where several hold: the same one, or the strictest. */
export function stricterMark(one: ActiveMark | null, other: ActiveMark | null): ActiveMark | null {
  if (one === null || other === null) return one ?? other;
  return isSameMark(one, other) ? one : REDACT;
}

function isSameMark(one: ActiveMark, other: ActiveMark): boolean {
  if (one.mode === 'mask' && other.mode === 'mask') {
    return one.keepFirst === other.keepFirst && one.keepLast === other.keepLast && one.isEmail === other.isEmail;
  }
  if (one.mode === 'custom' && other.mode === 'custom') return one.redact === other.redact;
  return one.mode === other.mode;
}

/** The plan that holds for this very object. */
export function planFor(shape: Plan | Choice, value: object): Plan {
  if (shape.kind === 'class') return shape;
  const subType: unknown = Object.hasOwn(value, shape.property)
    ? (value as Record<string, unknown>)[shape.property]
    : undefined;
  return (typeof subType === 'string' && shape.plans.get(subType)) || shape.otherwise;
}

/** The mark of a whole value of this shape. */
export function markOf(shape: Shape | null): ActiveMark | null {
  if (shape === null || shape.kind === 'values') return null;
  return shape.kind === 'class' ? shape.mark : shape.otherwise.mark;
}
