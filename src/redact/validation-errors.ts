import { types } from 'node:util';
import type { JsonObject, JsonValue } from '../record/json-value';
import { setOwn } from '../record/set-own';
import type { SnapshotValidation, TypeHint } from '../record/snapshot';
import { TextFinish } from './finish-texts';
import { classOf, isReadable, ownValue } from './live-objects';
import { KnownValues } from './known-values';
import { REDACTED } from './markers';
import { type Field, type Shape, planFor } from './plan';
import type { Class } from '../decorators/metadata';
import type { Plans } from './plans';
import { RedactionNotes } from './redaction-notes';
import { toJsonValue } from './to-json-value';
import { unescapeKey } from './unescape-key';
import { Walk, type WalkRules } from './walk';

/** What refusals are judged by: unlike a record's, their objects still have their classes. */
export interface ValidationRules extends WalkRules {
  readonly classes: Plans;
  readonly hintOf: (live: unknown) => TypeHint | null;
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
  /** The shape is that of the action's parameters, and may be another's. */
  readonly isAssumed: boolean;
  readonly depth: number;
}

const MAX_FAILURES = 100;
const MAX_REFUSALS = 1_000;
const MAX_DEPTH = 32;
// A response is as long as the host makes it.
const UNLIMITED = { maxDepth: Infinity, maxNodes: Infinity, maxStringLength: Infinity };

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

/**
 * Errors as a response quotes them: as the host would send them, but for what the client sent in sensitive properties,
 * which is taken out of `target` and `value` and of the texts that quote it. What is no error of class-validator's stays the
 * application's own.
 *
 * @param declared Of the action's parameters: class-validator can be told to leave the refused object out.
 * @returns the same list when there is nothing of class-validator's in it.
 */
export function cleanValidationErrors(
  errors: readonly unknown[],
  declared: readonly Class[],
  rules: ValidationRules,
): readonly unknown[] {
  if (!errors.some(refusalOf)) return errors;
  const copies = new Copies(rules);
  const cleaned: JsonValue[] = [];
  const top = topContext(declared, rules);
  const pending: [unknown, Context, JsonValue[]][] = errors.map(error => [error, top, cleaned]);
  const seen = new Set<unknown>();
  for (let at = 0; at < pending.length; at++) {
    const [given, context, into] = pending[at]!;
    const refusal = refusalOf(given);
    // The host could not send what contains itself.
    if (!refusal || seen.has(given)) {
      copies.put(into, into.length, refusal ? null : given, null);
      continue;
    }
    seen.add(given);
    const { isSensitive, field, ownShape, valueShape } = judge(refusal, context, rules);
    const copy: JsonObject = {};
    into.push(copy);
    for (const key of Object.keys(given as object)) {
      const value = ownValue(given as object, key);
      if (value === undefined) continue;
      if (key === 'constraints' && isSensitive && !Object.hasOwn(given as object, 'value')) {
        // They may quote what they do not tell.
        copies.putTexts(copy, key, redactedTexts(refusal.constraints));
      } else if (key === 'property' || key === 'constraints') {
        copies.putTexts(copy, key, refusal[key]);
      } else if (key === 'target') {
        if (context.isSensitive) copy[key] = REDACTED;
        else copies.put(copy, key, value, ownShape);
      } else if (key === 'value') {
        if (isSensitive) copies.remember(value);
        if (field?.mark?.mode === 'remove') continue;
        if (isSensitive) copy[key] = REDACTED;
        else copies.put(copy, key, value, valueShape);
      } else if (key === 'children' && refusal.children) {
        const children: JsonValue[] = [];
        copy[key] = children;
        const depth = context.depth + 1;
        const inner: Context = { path: '', isSensitive, shape: valueShape, isAssumed: false, depth };
        for (const child of refusal.children) pending.push([child, inner, children]);
      } else copies.put(copy, key, value, null);
    }
  }
  copies.finish();
  return cleaned;
}

/** What a response quotes, redacted, and put into its places when every secret is known. */
class Copies {
  readonly #rules: ValidationRules;
  readonly #notes: RedactionNotes;
  readonly #trees: JsonValue[] = [];
  readonly #places: {
    readonly into: JsonValue[] | JsonObject;
    readonly key: string | number;
    readonly tree: number;
  }[] = [];
  /** Every error of an object has it for `target`. */
  readonly #known = new Map<unknown, Map<Shape | null, number>>();

  constructor(rules: ValidationRules) {
    this.#rules = { ...rules, limits: UNLIMITED };
    this.#notes = new RedactionNotes('', new KnownValues(rules.codes));
  }

  remember(secret: unknown): void {
    this.#notes.known.remember(toJsonValue(secret));
  }

  put(into: JsonValue[] | JsonObject, key: string | number, value: unknown, shape: Shape | null): void {
    const known = this.#known.get(value)?.get(shape);
    if (known !== undefined) return this.#place(into, key, known);
    const copy = this.#copyOf(value, shape);
    if (copy === undefined && !Array.isArray(into)) return;
    const tree = this.#trees.push(copy ?? null) - 1;
    this.#place(into, key, tree);
    if (typeof value !== 'object') return;
    const ofValue = this.#known.get(value) ?? new Map<Shape | null, number>();
    this.#known.set(value, ofValue.set(shape, tree));
  }

  /** What class-validator wrote itself. A secret that happens to be a property's name must not take the name away. */
  putTexts(into: JsonObject, key: 'property' | 'constraints', texts: Refusal['constraints'] | string): void {
    if (typeof texts === 'string') into[key] = texts;
    else if (texts) this.#place(into, key, this.#trees.push({ ...texts }) - 1);
  }

  finish(): void {
    new TextFinish(this.#notes, Infinity, this.#rules.names).run(this.#trees, 'errors');
    restoreKeys(this.#trees);
    for (const { into, key, tree } of this.#places)
      (into as Record<string | number, JsonValue>)[key] = this.#trees[tree]!;
  }

  /** Keeps the place until the tree is finished: texts are none until then. */
  #place(into: JsonValue[] | JsonObject, key: string | number, tree: number): void {
    (into as Record<string | number, JsonValue>)[key] = null;
    this.#places.push({ into, key, tree });
  }

  #copyOf(value: unknown, shape: Shape | null): JsonValue | undefined {
    if (typeof value === 'string' && shape === null) return value;
    const { plain, keysEscaped } = asSent(value);
    if (plain === undefined) return undefined;
    // The client has sent it: only what somebody marked, or named so, is not to come back.
    const source = {
      direction: 'request',
      keysEscaped,
      redactOnly: true,
      recordsAll: true,
      isDeclared: true,
    } as const;
    const hint = keysEscaped ? null : this.#rules.hintOf(value);
    return new Walk(this.#rules, this.#notes, source).run(plain, 'errors', shape, hint);
  }
}

/** As the host sends it; what it could not send, as records show it. */
function asSent(value: unknown): { readonly plain: JsonValue | undefined; readonly keysEscaped: boolean } {
  try {
    const text = JSON.stringify(value) as string | undefined;
    return { plain: text === undefined ? undefined : (JSON.parse(text) as JsonValue), keysEscaped: false };
  } catch {
    return { plain: toJsonValue(value), keysEscaped: true };
  }
}

/** A response is no document: its keys are those that the client sent. */
function restoreKeys(trees: JsonValue[]): void {
  const pending: JsonValue[] = [trees];
  for (let at = 0; at < pending.length; at++) {
    const tree = pending[at]!;
    if (typeof tree !== 'object' || tree === null) continue;
    if (!Array.isArray(tree) && Object.keys(tree).some(key => key.includes('%'))) {
      const members = Object.entries(tree);
      for (const [key] of members) delete tree[key];
      for (const [key, value] of members) setOwn(tree, unescapeKey(key), value);
    }
    for (const value of Object.values(tree)) if (typeof value === 'object') pending.push(value);
  }
}

function topContext(declared: readonly Class[], { classes }: ValidationRules): Context {
  const plans = declared.map(type => classes.planOf(type));
  const shape = plans.length === 0 ? null : classes.known.unionOf(plans);
  if (shape) classes.known.fillAll();
  return { path: '', isSensitive: false, shape, isAssumed: true, depth: 0 };
}

function redactedTexts(texts: Refusal['constraints']): Refusal['constraints'] {
  return texts && Object.fromEntries(Object.keys(texts).map(rule => [rule, REDACTED]));
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
  const isSure = field !== undefined && (targetClass !== undefined || !context.isAssumed);
  const isSensitive = field?.mark != null || (!isSure && names.isSensitive(refusal.property));
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
