import type { JsonObject, JsonValue } from '../record/json-value';
import { estimateBytes } from '../record/record-bytes';
import type { TypeHint } from '../record/snapshot';
import { elementHint, fits, holdsSensitiveClass, memberHint, type StructuredHint } from './follow-hint';
import type { FreeTexts } from './free-texts';
import { MORE_KEY, REDACTED, TOO_DEEP, moreMarker } from './markers';
import type { KnownPlans } from './known-plans';
import type { Marks } from './marks';
import type { NameRules } from './name-rules';
import { type ActiveMark, type Plan, REDACT, type Shape, planFor } from './plan';
import { type Place, type RedactionNotes, pathOf } from './redaction-notes';
import { unescapeKey } from './unescape-key';
import { type ValueLimits, plainNumber } from './value-limits';

/** What every walk of one logging shares. */
export interface WalkRules {
  readonly policy: 'deny' | 'allow';
  readonly names: NameRules;
  readonly plans: KnownPlans;
  /** Whether any class is marked as a whole: an object of unknown class could be one of these. */
  readonly hasSensitiveClasses: () => boolean;
  readonly marks: Marks;
  readonly texts: FreeTexts;
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
  /** How many texts the tree lies in: JSON inside JSON. */
  readonly textDepth?: number;
  /** The text that the tree lies in belongs to a class, so its form is nobody's business. */
  readonly isDeclared?: boolean;
  /** The policy `allow` does not reach here: no record, or what the application itself added to it. */
  readonly recordsAll?: boolean;
}

type Container = JsonValue[] | JsonObject;

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
  /** Elements of a list whose property a class declares. */
  readonly isDeclared: boolean;
}

// An object as JSON text in a text of JSON text is as far as anyone goes.
const MAX_TEXT_DEPTH = 2;
const JSON_START = /^\s*[[{]/;
const OBJECT_START = /^[\s[]*\{\s*"/;
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
  #isCut = false;
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
    const placed = this.#place(tree, shape, hint, null, path, 0, this.#isOpen(shape, false), false);
    this.#redactQueued();
    return this.#queue[0]?.tree ?? placed;
  }

  /** The same for an object whose keys are told whatever is known of it: a query, path parameters. */
  runMembers(tree: JsonObject, path: string, plan: Plan | null): JsonObject {
    const markOfAll = plan?.mark ?? null;
    const isOpen = this.#isOpen(plan, false);
    const place = { parent: null, key: path, depth: 0 };
    const root: Frame = { ...place, tree, shape: plan, hint: null, markOfAll, isOpen, isDeclared: false };
    this.#queue.push(root);
    this.#redactQueued();
    return root.tree as JsonObject;
  }

  /** The same for a single text that stands outside any tree. */
  runText(text: string, parent: Place, key: string | number): JsonValue | undefined {
    return this.#placeText(text, null, parent, key, 0, true, false);
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
    const { shape, hint, isOpen, isDeclared } = frame;
    const depth = frame.depth + 1;
    for (let at = 0; at < tree.length; at++) {
      if (--this.#nodesLeft < 0) {
        this.#isCut = true;
        tree.splice(at, tree.length, moreMarker(tree.length - at));
        return;
      }
      const value = tree[at]!;
      const placed = this.#place(value, shape, hint && elementHint(hint, at), frame, at, depth, isOpen, isDeclared);
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
        this.#isCut = true;
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
        const hintOfValue = hint && memberHint(hint, name);
        placed = this.#place(value, shapeOfValue, hintOfValue, frame, key, depth, isOpen, field !== undefined);
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
    isDeclared: boolean,
  ): JsonValue | undefined {
    if (isContainer(value)) return this.#placeContainer(value, shape, hint, parent, key, depth, isOpen, isDeclared);
    if (value !== null && (shape !== null || hint !== null)) {
      // An object of a sensitive class that travels as something else: by `toJSON`, by `@Transform`.
      const mark = markOf(this.#shapeBy(shape, hint));
      if (mark) return this.#redact(mark, value, parent, key, depth);
    }
    if (typeof value === 'string') return this.#placeText(value, shape, parent, key, depth, isOpen, isDeclared);
    if (!isOpen) return this.#withhold(parent, key);
    if (typeof value === 'number') return this.#placeNumber(value, parent, key, isDeclared);
    return typeof value === 'boolean' ? value : null;
  }

  /** The policy `allow` records nothing that is not marked. */
  #withhold(parent: Place | null, key: string | number): string {
    this.#notes.note(parent, key, 'allow');
    return REDACTED;
  }

  /** Whether members that nothing marks are recorded. A known class speaks for its own. */
  #isOpen(shape: Shape | null, isOpenAround: boolean): boolean {
    if (this.#isDenyList) return true;
    return shape === null ? isOpenAround : shape.kind === 'class' && shape.isOpen === true;
  }

  #placeNumber(value: number, parent: Frame | null, key: string | number, isDeclared: boolean): JsonValue {
    if (value < 1e13 || isDeclared || this.#source.isDeclared || !this.#rules.texts.isCard(value))
      return plainNumber(value);
    this.#notes.noteSecret(parent, key, 'detected:card', value);
    return REDACTED;
  }

  #placeContainer(
    value: Container,
    shape: Shape | null,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
    isOpen: boolean,
    isDeclared: boolean,
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
    return this.#enqueue(value, known, structure, parent, key, depth, null, areMembersOpen, isDeclared);
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
    if (hint === 'unknown') return !this.#rules.names.isDisabled && this.#rules.hasSensitiveClasses();
    return !fits(hint, value) && holdsSensitiveClass(hint, this.#rules.plans);
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
    isDeclared = false,
  ): JsonValue {
    if (depth >= this.#rules.limits.maxDepth) {
      this.#isCut = true;
      return TOO_DEEP;
    }
    this.#queue.push({ parent, key, tree, shape, hint, markOfAll, isOpen, depth, isDeclared });
    return tree;
  }

  #placeText(
    text: string,
    shape: Shape | null,
    parent: Place | null,
    key: string | number,
    depth: number,
    isOpen: boolean,
    isDeclared: boolean,
  ): JsonValue | undefined {
    if (text.length > this.#rules.limits.maxStringLength) this.#notes.hasUntidyText = true;
    const { names, texts } = this.#rules;
    const mayBeJson = JSON_START.test(text);
    if (shape === null || names.isDisabled || !mayBeJson) {
      if (!isOpen) return this.#withhold(parent, key);
      if (shape !== null || names.isDisabled) return text;
      if (mayBeJson) return this.#redactJsonText(text, parent, key, isDeclared);
      return isDeclared || this.#source.isDeclared ? text : texts.clean(text, this.#notes, parent, key);
    }
    // An object that travels as JSON text: `@QueryParam('filter') filter: Filter`.
    let parsed: JsonValue;
    try {
      parsed = JSON.parse(text) as JsonValue;
    } catch {
      this.#notes.noteSecret(parent, key, 'unparsable', text);
      return REDACTED;
    }
    return this.#place(parsed, shape, null, parent as Frame | null, key, depth, isOpen, isDeclared);
  }

  /** JSON that travels inside a text is redacted by names; without anything to redact the text stays as it is. */
  #redactJsonText(text: string, parent: Place | null, key: string | number, isDeclared: boolean): string {
    const { textDepth = 0 } = this.#source;
    const isOfClass = isDeclared || this.#source.isDeclared === true;
    let parsed: JsonValue;
    try {
      parsed = JSON.parse(text) as JsonValue;
    } catch {
      if (!isOfClass && !OBJECT_START.test(text)) return this.#rules.texts.clean(text, this.#notes, parent, key);
      if (isOfClass) return text;
      // Broken JSON cannot be understood, so it may hold anything.
      this.#notes.noteSecret(parent, key, 'unparsable', text);
      return REDACTED;
    }
    if (textDepth === MAX_TEXT_DEPTH) {
      this.#notes.noteSecret(parent, key, 'too-deep', text);
      return REDACTED;
    }
    const before = this.#notes.count;
    const inner = new Walk(this.#rules, this.#notes, {
      ...this.#source,
      recordsAll: true,
      keysEscaped: false,
      textDepth: textDepth + 1,
      isDeclared: isOfClass,
    });
    inner.#nodesLeft = this.#nodesLeft;
    const redacted = inner.run(parsed, pathOf(parent, key), null);
    this.#nodesLeft = inner.#nodesLeft;
    if (inner.#isCut) this.#isCut = true;
    return this.#notes.count === before && !inner.#isCut ? text : JSON.stringify(redacted);
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
    const redacted = this.#rules.marks.apply(applied, value, this.#notes, parent, key, depth);
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

function markOf(shape: Shape | null): ActiveMark | null {
  if (shape === null || shape.kind === 'values') return null;
  return shape.kind === 'class' ? shape.mark : shape.otherwise.mark;
}
