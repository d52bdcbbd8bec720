import { hasSensitiveClasses } from '../decorators/metadata';
import type { JsonObject, JsonValue } from '../record/json-value';
import { estimateBytes } from '../record/record-bytes';
import type { TypeHint } from '../record/snapshot';
import { MORE_KEY, REDACTED, TOO_DEEP, moreMarker } from './markers';
import type { Marks } from './marks';
import type { NameRules } from './name-rules';
import { type ActiveMark, type Plan, REDACT, type Shape, planFor } from './plan';
import type { Plans } from './plans';
import type { Place, RedactionNotes } from './redaction-notes';
import { unescapeKey } from './unescape-key';
import { type ValueLimits, plainNumber } from './value-limits';

/** What every walk of one logging shares. */
export interface WalkRules {
  readonly policy: 'deny' | 'allow';
  readonly names: NameRules;
  readonly plans: Plans;
  readonly marks: Marks;
  readonly limits: ValueLimits;
  readonly maxRecordBytes: number;
}

/** Where a tree comes from, as far as it changes the rules. */
export interface WalkSource {
  readonly direction: 'request' | 'response';
  /** The keys may be escaped already (`attributes`). */
  readonly keysEscaped?: boolean;
  /** Keeps no part, hash or rendering of a sensitive value. */
  readonly redactOnly?: boolean;
  /** The policy `allow` does not reach here: no record, or what the application itself added to it. */
  readonly recordsAll?: boolean;
}

type Container = JsonValue[] | JsonObject;
type StructuredHint = Exclude<TypeHint, number | 'unknown'>;

interface Frame extends Place {
  readonly parent: Frame | null;
  /** Changes when members go or get other keys. */
  tree: Container;
  readonly shape: Shape | null;
  readonly hint: StructuredHint | null;
  /** Redacts every member, each by itself. */
  readonly markOfAll: ActiveMark | null;
  /** Members that nothing is known of are recorded. */
  readonly isOpen: boolean;
  readonly depth: number;
}

// Of class-validator's error for a sensitive property.
const REFUSED_INPUT: ReadonlySet<string> = new Set(['value', 'children']);

/**
 * Redacts one tree: by what its shape says of a property, else by what the property's name says. The tree must be ours:
 * most of it stays as it is, so it is changed in place, which costs a twentieth of a copy.
 *
 * Level by level, from a queue: depth costs no stack, and what the node budget cuts is what lies deepest. Texts are left
 * at their length; they are cut at the very end, when it is known which secrets must not be cut in half.
 */
export class Walk {
  readonly #rules: WalkRules;
  readonly #notes: RedactionNotes;
  readonly #source: WalkSource;
  readonly #queue: Frame[] = [];
  readonly #isDenyList: boolean;
  #nodesLeft: number;
  /** Of what modes may put into the place of sensitive values. */
  #bytesLeft: number;

  constructor(rules: WalkRules, notes: RedactionNotes, source: WalkSource) {
    this.#rules = rules;
    this.#notes = notes;
    this.#source = source;
    this.#isDenyList = rules.policy === 'deny' || source.recordsAll === true;
    this.#nodesLeft = rules.limits.maxNodes;
    // Half, so that the body itself still has its place.
    this.#bytesLeft = rules.maxRecordBytes / 2;
  }

  /** The redacted tree; `undefined` when the whole of it is removed. */
  run(tree: JsonValue, path: string, shape: Shape | null, hint: TypeHint | null = null): JsonValue | undefined {
    if (shape?.kind === 'class' && shape.mark) return this.#redact(shape.mark, tree, null, path, 0);
    const placed = this.#place(tree, shape, hint, null, path, 0, this.#isOpen(shape, false));
    this.#redactQueued();
    return this.#queue[0]?.tree ?? placed;
  }

  /** The same for an object whose keys are told whatever is known of it: a query, path parameters. */
  runMembers(tree: JsonObject, path: string, plan: Plan | null): JsonObject {
    const markOfAll = plan?.mark ?? null;
    const isOpen = this.#isOpen(plan, false);
    const root: Frame = { parent: null, key: path, tree, shape: plan, hint: null, markOfAll, isOpen, depth: 0 };
    this.#queue.push(root);
    this.#redactQueued();
    return root.tree as JsonObject;
  }

  #redactQueued(): void {
    const queue = this.#queue;
    for (let at = 0; at < queue.length; at++) {
      const frame = queue[at]!;
      const { tree } = frame;
      if (Array.isArray(tree)) this.#redactElements(frame, tree);
      else this.#redactMembers(frame, tree);
    }
  }

  #redactElements(frame: Frame, tree: JsonValue[]): void {
    const { shape, hint, isOpen } = frame;
    const depth = frame.depth + 1;
    for (let at = 0; at < tree.length; at++) {
      if (--this.#nodesLeft < 0) {
        tree.splice(at, tree.length, moreMarker(tree.length - at));
        return;
      }
      const value = tree[at]!;
      const placed = this.#place(value, shape, hint && elementHint(hint, at), frame, at, depth, isOpen);
      // A removed element leaves its place, so that the others keep theirs.
      if (!Object.is(placed, value)) tree[at] = placed === undefined ? null : placed;
    }
  }

  #redactMembers(frame: Frame, tree: JsonObject): void {
    const { shape, hint, markOfAll } = frame;
    const depth = frame.depth + 1;
    const { names } = this.#rules;
    const { direction, keysEscaped } = this.#source;
    const fields = shape?.kind === 'class' ? shape.fields : null;
    const valueShape = shape?.kind === 'values' ? shape.of : null;
    // A name that some class marks counts wherever the class at hand is not known to have it for itself.
    const own = hint && 'own' in hint ? hint.own : undefined;
    const refusesSecret = direction === 'response' && this.#refusesSecret(tree, fields);
    let rebuilt: JsonObject | null = null;
    let done = 0;
    for (const treeKey in tree) {
      if (--this.#nodesLeft < 0) {
        rebuilt ??= firstMembers(tree, done);
        rebuilt[MORE_KEY] = moreMarker(Object.keys(tree).length - done);
        break;
      }
      const name = keysEscaped ? unescapeKey(treeKey) : treeKey;
      const value = tree[treeKey]!;
      const field = fields?.get(name);
      let key: string;
      let mark: ActiveMark | null;
      if (field) {
        key = field.key;
        mark = field.mark;
      } else {
        const verdict = names.verdictOf(name);
        key = verdict.key;
        mark = verdict.sensitive || (verdict.learned && !own?.includes(name)) ? REDACT : null;
      }
      if (markOfAll !== null) mark = markOfAll;
      if (refusesSecret && REFUSED_INPUT.has(name)) mark = REDACT;
      let placed: JsonValue | undefined;
      if (mark !== null) placed = this.#redact(mark, value, frame, key, depth);
      else if (refusesSecret && name === 'constraints' && isContainer(value)) {
        placed = this.#enqueue(value, null, null, frame, key, depth, REDACT, false);
      } else {
        const shapeOfValue = field ? field.shape : valueShape;
        const isOpen = frame.isOpen || field?.isLoggable === true;
        placed = this.#place(value, shapeOfValue, hint && memberHint(hint, name), frame, key, depth, isOpen);
      }
      if (rebuilt === null && (key !== treeKey || placed === undefined)) rebuilt = firstMembers(tree, done);
      done++;
      if (rebuilt === null) {
        if (!Object.is(placed, value)) tree[treeKey] = placed!;
      } else if (placed !== undefined) rebuilt[key] = placed;
    }
    if (rebuilt !== null) replace(frame, rebuilt);
  }

  #place(
    value: JsonValue,
    shape: Shape | null,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
    isOpen: boolean,
  ): JsonValue | undefined {
    if (isContainer(value)) return this.#placeContainer(value, shape, hint, parent, key, depth, isOpen);
    if (value !== null && (shape !== null || hint !== null)) {
      // An object of a sensitive class that travels as something else: by `toJSON`, by `@Transform`.
      const mark = markOf(this.#shapeBy(shape, hint));
      if (mark) return this.#redact(mark, value, parent, key, depth);
    }
    if (typeof value === 'string') return this.#placeText(value, shape, parent, key, depth, isOpen);
    if (!isOpen) return this.#withhold(parent, key);
    if (typeof value === 'number') return plainNumber(value);
    return typeof value === 'boolean' ? value : null;
  }

  /** The policy `allow` records nothing that is not marked. */
  #withhold(parent: Frame | null, key: string | number): string {
    this.#notes.note(parent, key, 'allow');
    return REDACTED;
  }

  /** Whether members that nothing marks are recorded. A known class speaks for its own. */
  #isOpen(shape: Shape | null, isOpenAround: boolean): boolean {
    if (this.#isDenyList) return true;
    return shape === null ? isOpenAround : shape.kind === 'class' && shape.isOpen === true;
  }

  #placeContainer(
    value: Container,
    shape: Shape | null,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
    isOpen: boolean,
  ): JsonValue | undefined {
    if (hint !== null && this.#mayHideSensitive(hint, value)) return this.#redact(REDACT, value, parent, key, depth);
    let known = this.#shapeBy(shape, hint);
    if (known !== null && known.kind !== 'values') {
      // An array holds values of a declared class; a class that was asked is the array's own.
      const isOfClass = !Array.isArray(value) || typeof hint === 'number';
      if (isOfClass) known = planFor(known, value);
      if (isOfClass && markOf(known)) return this.#redact(markOf(known)!, value, parent, key, depth);
    }
    const structure = typeof hint === 'object' ? hint : null;
    const areMembersOpen = this.#isOpen(known, isOpen);
    if (!areMembersOpen && known === null && structure === null) return this.#withhold(parent, key);
    return this.#enqueue(value, known, structure, parent, key, depth, null, areMembersOpen);
  }

  #shapeBy(shape: Shape | null, hint: TypeHint | null): Shape | null {
    if (typeof hint === 'number') return this.#rules.plans.refine(shape, hint);
    if (typeof hint !== 'object' || hint === null || !('plan' in hint)) return shape;
    return hint.plan === undefined ? shape : this.#rules.plans.refine(shape, hint.plan);
  }

  /**
   * Whether what was asked is not what was sent, and may hold an object of a sensitive class: its properties have no
   * mark of their own that would tell them elsewhere.
   */
  #mayHideSensitive(hint: TypeHint, value: Container): boolean {
    if (typeof hint === 'number') return false;
    if (hint === 'unknown') return !this.#rules.names.isDisabled && hasSensitiveClasses();
    return !fits(hint, value) && this.#holdsSensitiveClass(hint);
  }

  #holdsSensitiveClass(hint: TypeHint): boolean {
    const pending: (TypeHint | null)[] = [hint];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === null || next === 'unknown') continue;
      const id = typeof next === 'number' ? next : 'plan' in next ? next.plan : undefined;
      if (id !== undefined && this.#rules.plans.get(id)?.mark) return true;
      if (typeof next === 'number') continue;
      if ('each' in next) pending.push(next.each);
      else pending.push(...('items' in next ? next.items : Object.values(next.properties)));
    }
    return false;
  }

  #enqueue(
    tree: Container,
    shape: Shape | null,
    hint: StructuredHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
    markOfAll: ActiveMark | null,
    isOpen: boolean,
  ): JsonValue {
    if (depth >= this.#rules.limits.maxDepth) return TOO_DEEP;
    this.#queue.push({ parent, key, tree, shape, hint, markOfAll, isOpen, depth });
    return tree;
  }

  #placeText(
    text: string,
    shape: Shape | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
    isOpen: boolean,
  ): JsonValue | undefined {
    if (text.length > this.#rules.limits.maxStringLength) this.#notes.hasUntidyText = true;
    if (shape === null || this.#rules.names.isDisabled || !/^\s*[[{]/.test(text)) {
      return isOpen ? text : this.#withhold(parent, key);
    }
    // An object that travels as JSON text: `@QueryParam('filter') filter: Filter`.
    let parsed: JsonValue;
    try {
      parsed = JSON.parse(text) as JsonValue;
    } catch {
      this.#notes.noteSecret(parent, key, 'unparsable', text);
      return REDACTED;
    }
    return this.#place(parsed, shape, null, parent, key, depth, isOpen);
  }

  #redact(
    mark: ActiveMark,
    value: JsonValue,
    parent: Frame | null,
    key: string | number,
    depth: number,
  ): JsonValue | undefined {
    const applied = this.#source.redactOnly && mark.mode !== 'remove' ? REDACT : mark;
    this.#notes.noteSecret(parent, key, applied.mode, value);
    const redacted = this.#rules.marks.apply(applied, value, depth);
    // A function may make much of little.
    if (redacted !== REDACTED && redacted !== undefined) this.#bytesLeft -= estimateBytes(redacted);
    if (this.#bytesLeft < 0) return REDACTED;
    if (typeof redacted === 'string' && redacted.length > this.#rules.limits.maxStringLength) {
      this.#notes.hasUntidyText = true;
    }
    return redacted;
  }

  /** Whether this is class-validator's error for a sensitive property: what it quotes is the secret. */
  #refusesSecret(tree: JsonObject, fields: Plan['fields'] | null): boolean {
    const { property } = tree;
    if (typeof property !== 'string' || fields?.has('property')) return false;
    const isRefusal = isContainer(tree['constraints']) || Array.isArray(tree['children']);
    return isRefusal && this.#rules.names.isSensitive(property);
  }
}

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

/** The members that are done with, under the keys that they kept. */
function firstMembers(tree: JsonObject, count: number): JsonObject {
  const members: JsonObject = {};
  let left = count;
  for (const key in tree) {
    if (left-- === 0) break;
    members[key] = tree[key]!;
  }
  return members;
}

function replace(frame: Frame, tree: Container): void {
  frame.tree = tree;
  if (frame.parent) (frame.parent.tree as Record<string | number, JsonValue>)[frame.key] = tree;
}

/** Whether a value has the form that its hint was made of. */
function fits(hint: StructuredHint, value: Container): boolean {
  if ('each' in hint || 'items' in hint) return Array.isArray(value);
  if (Array.isArray(value)) return false;
  // A class may leave its properties out; a plain object is sent as it is.
  return hint.plan !== undefined || Object.keys(hint.properties).every(name => Object.hasOwn(value, name));
}

function markOf(shape: Shape | null): ActiveMark | null {
  if (shape === null || shape.kind === 'values') return null;
  return shape.kind === 'class' ? shape.mark : shape.otherwise.mark;
}

function elementHint(hint: StructuredHint, at: number): TypeHint | null {
  if ('each' in hint) return hint.each;
  if (!('items' in hint)) return null;
  return hint.items[at] ?? (hint.isCut && at >= hint.items.length ? 'unknown' : null);
}

function memberHint(hint: StructuredHint, name: string): TypeHint | null {
  // The names come from the wire: `constructor` must not find what every object inherits.
  if (!('properties' in hint) || !Object.hasOwn(hint.properties, name)) return null;
  return hint.properties[name] ?? null;
}
