import { types } from 'node:util';
import type { Class } from '../decorators/metadata';
import type { SnapshotValidation, TypeHint } from '../record/snapshot';
import { classOf, isReadable, ownValue } from './live-objects';
import { type Field, type Plan, type Shape, planFor } from './plan';
import type { Plans } from './plans';
import type { WalkRules } from './walk';

/** What refusals are judged by: unlike a record's, their objects still have their classes. */
export interface ValidationRules extends WalkRules {
  readonly classes: Plans;
  readonly hintOf: (live: unknown) => TypeHint | null;
}

/** class-validator's `ValidationError`, by its form: the application may bring its own copy of that package. */
export interface Refusal {
  readonly target: unknown;
  /** `undefined` when the whole target was refused, because no class is known of it. */
  readonly property: string | undefined;
  /** class-validator can be told to leave the value out. */
  readonly hasValue: boolean;
  readonly value: unknown;
  readonly constraints: Readonly<Record<string, string>> | undefined;
  readonly children: readonly unknown[] | undefined;
}

/** What is known of a refused property. */
export interface Judged {
  readonly isSensitive: boolean;
  readonly field: Field | undefined;
  /** Of the object that was refused. */
  readonly ownShape: Shape | null;
  /** Of its property's value, which the children tell of. */
  readonly valueShape: Shape | null;
}

export interface Context {
  readonly path: string;
  readonly isSensitive: boolean;
  /** What the parent says that the refused object is; its own class is not always told. */
  readonly shape: Shape | null;
  /** The shape is that of the action's parameters, and may be another's. */
  readonly isAssumed: boolean;
  readonly depth: number;
}

const MAX_FAILURES = 100;
const MAX_REFUSALS = 1_000;
const MAX_DEPTH = 32;

/** The failed properties of a validation error, innermost properties included; `undefined` when it is none. */
export function readValidation(
  error: unknown,
  declared: readonly Class[],
  rules: ValidationRules,
): readonly SnapshotValidation[] | undefined {
  const errors: unknown = isReadable(error) ? ownValue(error, 'errors') : undefined;
  if (!isReadable(errors) || !Array.isArray(errors) || !errors.some(refusalOf)) return undefined;
  const failures: SnapshotValidation[] = [];
  const top = topContext(declared, rules);
  const pending: [unknown, Context][] = errors.slice(0, MAX_REFUSALS).map(refusal => [refusal, top]);
  for (let at = 0; at < pending.length && failures.length < MAX_FAILURES; at++) {
    const [given, context] = pending[at]!;
    const refusal = refusalOf(given);
    if (refusal?.property === undefined) continue;
    const { isSensitive, valueShape } = judge(refusal, context, rules);
    const path = context.path === '' ? refusal.property : `${context.path}.${refusal.property}`;
    const { constraints } = refusal;
    if (constraints && Object.keys(constraints).length > 0) {
      const secret = isSensitive ? secretOf(refusal.value) : undefined;
      failures.push({ path, constraints, sensitive: isSensitive, ...(secret !== undefined && { secret }) });
    }
    const inner: Context = { path, isSensitive, shape: valueShape, isAssumed: false, depth: context.depth + 1 };
    for (const child of childrenInReach(refusal, context, pending.length)) pending.push([child, inner]);
  }
  return failures;
}

export function topContext(declared: readonly Class[], { classes }: ValidationRules): Context {
  const plans = declared.map(type => classes.planOf(type));
  const shape = plans.length === 0 ? null : classes.known.unionOf(plans);
  if (shape) classes.known.fillAll();
  return { path: '', isSensitive: false, shape, isAssumed: true, depth: 0 };
}

function childrenInReach({ children }: Refusal, { depth }: Context, seen: number): readonly unknown[] {
  return depth < MAX_DEPTH && children ? children.slice(0, Math.max(0, MAX_REFUSALS - seen)) : [];
}

export function judge(refusal: Refusal, context: Context, { names, classes }: ValidationRules): Judged {
  const targetClass = classOf(refusal.target);
  const ownShape = targetClass ? classes.planOf(targetClass) : context.shape;
  if (refusal.property === undefined) {
    return { isSensitive: context.isSensitive, field: undefined, ownShape, valueShape: null };
  }
  // An element is named by its place in the collection, which says as much of each as of all.
  const isElement = isCollection(refusal.target) || /^\d+$/.test(refusal.property);
  if (isElement && !targetClass) return judgeElement(refusal, context, ownShape);
  const plan = planOfTarget(ownShape, refusal.target);
  const field = plan?.fields.get(refusal.property);
  const isSure = field !== undefined && (targetClass !== undefined || !context.isAssumed);
  const isSensitive = field?.mark != null || (!isSure && names.isSensitive(refusal.property));
  // A map may be a plain object.
  const valueShape = field?.shape ?? (ownShape?.kind === 'values' ? ownShape.of : null);
  const isWithin = context.isSensitive || plan?.mark != null;
  return { isSensitive: isWithin || isSensitive, field, ownShape, valueShape };
}

function judgeElement({ target }: Refusal, { isSensitive }: Context, ownShape: Shape | null): Judged {
  // Without its collection nothing distinguishes a member of a map from a map in a list.
  const isUnclear = target === undefined && ownShape?.kind === 'values';
  const valueShape = shapeOfElements(ownShape, target);
  return { isSensitive: isSensitive || isUnclear, field: undefined, ownShape, valueShape };
}

function planOfTarget(shape: Shape | null, target: unknown): Plan | null {
  return shape && shape.kind !== 'values' ? planFor(shape, isReadable(target) ? target : {}) : null;
}

/** Of a list what is known of the list; of a map what is known of its members. */
function shapeOfElements(shape: Shape | null, collection: unknown): Shape | null {
  const isList = Array.isArray(collection) || types.isSet(collection);
  return shape?.kind === 'values' && !isList ? shape.of : shape;
}

export function refusalOf(value: unknown): Refusal | undefined {
  if (!isReadable(value)) return undefined;
  const property = ownValue(value, 'property');
  const constraints = ownValue(value, 'constraints');
  const children = ownValue(value, 'children');
  const isRefusal = isReadable(constraints) || (typeof property === 'string' && Array.isArray(children));
  if (!isRefusal || (typeof property !== 'string' && property !== undefined)) return undefined;
  return {
    property,
    target: ownValue(value, 'target'),
    hasValue: Object.hasOwn(value, 'value'),
    value: ownValue(value, 'value'),
    constraints: isReadable(constraints) ? textsOf(constraints) : undefined,
    children: isReadable(children) && Array.isArray(children) ? children : undefined,
  };
}

function isCollection(value: unknown): boolean {
  return Array.isArray(value) || types.isMap(value) || types.isSet(value);
}

function textsOf(constraints: object): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const rule of Object.keys(constraints)) {
    const text = ownValue(constraints, rule);
    if (typeof text === 'string') texts[rule] = text;
  }
  return texts;
}

function secretOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
