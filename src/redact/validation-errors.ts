import { types } from 'node:util';
import type { JsonObject, JsonValue } from '../record/json-value';
import type { SnapshotValidation } from '../record/snapshot';
import { TextFinish } from './finish-texts';
import { classOf, isReadable, ownValue } from './live-objects';
import { KnownValues } from './known-values';
import { REDACTED } from './markers';
import { type Field, type Shape, planFor } from './plan';
import type { Plans } from './plans';
import { RedactionNotes } from './redaction-notes';
import { toJsonValue } from './to-json-value';
import { Walk, type WalkRules } from './walk';

/** What refusals are judged by: unlike a record's, their objects still have their classes. */
export interface ValidationRules extends WalkRules {
  readonly classes: Plans;
}

/** class-validator's `ValidationError`, by its form: the application may bring its own copy of that package. */
interface Refusal {
  readonly target: unknown;
  /** `undefined` when the whole target was refused, because no class is known of it. */
  readonly property: string | undefined;
  readonly value: unknown;
  readonly constraints: Readonly<Record<string, string>> | undefined;
  readonly children: readonly unknown[] | undefined;
  readonly contexts: unknown;
}

interface Judged {
  readonly isSensitive: boolean;
  readonly field: Field | undefined;
  /** Of the object that was refused. */
  readonly ownShape: Shape | null;
  /** Of its property's value, which the children tell of. */
  readonly valueShape: Shape | null;
}

interface Context {
  readonly path: string;
  readonly isSensitive: boolean;
  /** What the parent says that the refused object is; its own class is not always told. */
  readonly shape: Shape | null;
  readonly depth: number;
}

const MAX_FAILURES = 100;
const MAX_REFUSALS = 1_000;
const MAX_DEPTH = 32;
const TOP: Context = { path: '', isSensitive: false, shape: null, depth: 0 };

/** The failed properties of a validation error, innermost properties included; `undefined` when it is none. */
export function readValidation(error: unknown, rules: ValidationRules): readonly SnapshotValidation[] | undefined {
  const errors: unknown = isReadable(error) ? ownValue(error, 'errors') : undefined;
  if (!isReadable(errors) || !Array.isArray(errors) || !errors.some(refusalOf)) return undefined;
  const failures: SnapshotValidation[] = [];
  const pending: [unknown, Context][] = errors.slice(0, MAX_REFUSALS).map(refusal => [refusal, TOP]);
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
    const inner: Context = { path, isSensitive, shape: valueShape, depth: context.depth + 1 };
    for (const child of childrenInReach(refusal, context, pending.length)) pending.push([child, inner]);
  }
  return failures;
}

/**
 * class-validator's errors as JSON, for a response: without what the client sent in sensitive properties, neither in
 * `target` and `value` nor quoted in the texts.
 */
export function cleanValidationErrors(errors: readonly unknown[], rules: ValidationRules): JsonValue[] {
  const notes = new RedactionNotes('', new KnownValues(rules.codes));
  const properties: [JsonObject, string][] = [];
  const cleaned: JsonValue[] = [];
  const pending: [unknown, Context, JsonValue[]][] = errors.slice(0, MAX_REFUSALS).map(error => [error, TOP, cleaned]);
  for (let at = 0; at < pending.length; at++) {
    const [given, context, into] = pending[at]!;
    const refusal = refusalOf(given);
    if (!refusal) {
      into.push(copyOf(given, null, rules, notes) ?? null);
      continue;
    }
    const { isSensitive, field, ownShape, valueShape } = judge(refusal, context, rules);
    const copy: JsonObject = {};
    into.push(copy);
    if (refusal.property !== undefined) properties.push([copy, refusal.property]);
    if (refusal.target !== undefined) {
      copy['target'] = context.isSensitive ? REDACTED : (copyOf(refusal.target, ownShape, rules, notes) ?? null);
    }
    if (isSensitive) notes.known.remember(toJsonValue(refusal.value));
    if (refusal.value !== undefined && field?.mark?.mode !== 'remove') {
      copy['value'] = isSensitive ? REDACTED : (copyOf(refusal.value, valueShape, rules, notes) ?? null);
    }
    if (refusal.property !== undefined) copy['property'] = refusal.property;
    if (refusal.children) {
      const children: JsonValue[] = [];
      copy['children'] = children;
      const inner: Context = { path: '', isSensitive, shape: valueShape, depth: context.depth + 1 };
      for (const child of childrenInReach(refusal, context, pending.length)) pending.push([child, inner, children]);
    }
    if (refusal.constraints) copy['constraints'] = { ...refusal.constraints };
    if (refusal.contexts !== undefined) copy['contexts'] = copyOf(refusal.contexts, null, rules, notes) ?? null;
  }
  new TextFinish(notes, rules.limits.maxStringLength, rules.names).run(cleaned, 'errors');
  // A secret that happens to be a property's name must not take the name away.
  for (const [copy, property] of properties) copy['property'] = property;
  return cleaned;
}

function childrenInReach({ children }: Refusal, { depth }: Context, seen: number): readonly unknown[] {
  return depth < MAX_DEPTH && children ? children.slice(0, Math.max(0, MAX_REFUSALS - seen)) : [];
}

function judge(refusal: Refusal, context: Context, { names, classes }: ValidationRules): Judged {
  const targetClass = classOf(refusal.target);
  const ownShape = targetClass ? classes.planOf(targetClass) : context.shape;
  if (refusal.property === undefined) {
    return { isSensitive: context.isSensitive, field: undefined, ownShape, valueShape: null };
  }
  // Elements are told by their place in the collection, which says as much of each as of all.
  const isElement = isCollection(refusal.target) || /^\d+$/.test(refusal.property);
  if (isElement && !targetClass) {
    // Without its collection nothing tells a member of a map from a map in a list.
    const isUnclear = refusal.target === undefined && ownShape?.kind === 'values';
    const valueShape = shapeOfElements(ownShape, refusal.target);
    return { isSensitive: context.isSensitive || isUnclear, field: undefined, ownShape, valueShape };
  }
  const plan =
    ownShape && ownShape.kind !== 'values' ? planFor(ownShape, isReadable(refusal.target) ? refusal.target : {}) : null;
  const field = plan?.fields.get(refusal.property);
  const isSensitive = field ? field.mark !== null : names.isSensitive(refusal.property);
  // A map may be a plain object.
  const valueShape = field?.shape ?? (ownShape?.kind === 'values' ? ownShape.of : null);
  const isWithin = context.isSensitive || plan?.mark != null;
  return { isSensitive: isWithin || isSensitive, field, ownShape, valueShape };
}

/** Of a list what is known of the list; of a map what is known of its members. */
function shapeOfElements(shape: Shape | null, collection: unknown): Shape | null {
  const isList = Array.isArray(collection) || types.isSet(collection);
  return shape?.kind === 'values' && !isList ? shape.of : shape;
}

function copyOf(value: unknown, shape: Shape | null, rules: WalkRules, notes: RedactionNotes): JsonValue | undefined {
  const walk = new Walk(rules, notes, { direction: 'request', keysEscaped: true, redactOnly: true, recordsAll: true });
  // Texts are cut at the end, when no cut can leave half a secret.
  return walk.run(toJsonValue(value, { ...rules.limits, maxStringLength: Infinity }), 'errors', shape);
}

function refusalOf(value: unknown): Refusal | undefined {
  if (!isReadable(value)) return undefined;
  const property = ownValue(value, 'property');
  const constraints = ownValue(value, 'constraints');
  const children = ownValue(value, 'children');
  const isRefusal = isReadable(constraints) || (typeof property === 'string' && Array.isArray(children));
  if (!isRefusal || (typeof property !== 'string' && property !== undefined)) return undefined;
  return {
    property,
    target: ownValue(value, 'target'),
    value: ownValue(value, 'value'),
    constraints: isReadable(constraints) ? textsOf(constraints) : undefined,
    children: isReadable(children) && Array.isArray(children) ? children : undefined,
    contexts: ownValue(value, 'contexts'),
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
