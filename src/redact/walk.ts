import type { JsonObject, JsonValue } from '../record/json-value';
import type { TypeHint } from '../record/snapshot';
import { FIRST_CARD_NUMBER } from './detectors/card-numbers';
import { elementHint, fits, holdsSensitiveClass, memberHint, shapeByHint, type StructuredHint } from './follow-hint';
import type { FreeTexts } from './free-texts';
import { hasNameTwice, mayBeJson, mayBeJsonObject, parseJson } from './json-texts';
import { MORE_KEY, REDACTED, TOO_DEEP, moreMarker } from './markers';
import type { KnownPlans } from './known-plans';
import { MarkedValues } from './marked-values';
import type { Marks } from './marks';
import type { Expected, Member, Members, MembersByShape } from './members';
import type { NameRules } from './name-rules';
import { type ActiveMark, type Plan, REDACT, type Shape, markOf, planFor } from './plan';
import { type Place, type RedactionNotes, pathOf } from './redaction-notes';
import { refusedInputOf } from './refused-input';
import type { CodesPool } from './text-codes';
import { unescapeKey } from './unescape-key';
import { type ValueLimits, plainNumber } from './value-limits';

/** What every walk of one logging shares. */
export interface WalkRules {
  readonly policy: 'deny' | 'allow';
  readonly names: NameRules;
  readonly plans: KnownPlans;
  /** Whether any class is marked as a whole: an object of unknown class could be one of these. */
  readonly hasSensitiveClasses: () => boolean;
  readonly members: MembersByShape;
  readonly marks: Marks;
  readonly texts: FreeTexts;
  readonly codes: CodesPool;
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

/** An array or object whose parts are still to be redacted. */
interface Frame extends Place {
  readonly parent: Frame | null;
  readonly depth: number;
  /** Changes when members go or get other keys. */
  tree: Container;
  /** What is known of the elements of an array, or of all members of an object. */
  readonly expected: Expected;
  readonly hint: StructuredHint | null;
  /** Redacts every member, each by itself. */
  readonly markOfAll: ActiveMark | null;
  /** Parts that nothing is known of are recorded. */
  readonly isOpen: boolean;
}

// An object as JSON text in a text of JSON text is as far as anyone goes.
const MAX_TEXT_DEPTH = 2;
const NOTHING: Expected = { shape: null, isDeclared: false, isLoggable: false };

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
  readonly #maxStringLength: number;
  readonly #marked: MarkedValues;
  #nodesLeft: number;
  #isCut = false;

  constructor(rules: WalkRules, notes: RedactionNotes, source: WalkSource) {
    this.#rules = rules;
    this.#notes = notes;
    this.#source = source;
    this.#isDenyList = rules.policy === 'deny' || source.recordsAll === true;
    this.#maxStringLength = rules.limits.maxStringLength;
    this.#marked = new MarkedValues(rules, notes, source.redactOnly === true);
    this.#nodesLeft = rules.limits.maxNodes;
  }

  /** The redacted tree; `undefined` when the whole of it is removed. */
  run(tree: JsonValue, path: string, shape: Shape | null, hint: TypeHint | null = null): JsonValue | undefined {
    if (shape?.kind === 'class' && shape.mark) return this.#redact(shape.mark, tree, null, path);
    const isLoggable = this.#isOpen(shape, false);
    const placed = this.#place(tree, { shape, isDeclared: false, isLoggable }, hint, null, path);
    this.#redactQueued();
    return this.#queue[0]?.tree ?? placed;
  }

  /** The same for an object whose keys are told whatever is known of it: a query, path parameters. */
  runMembers(tree: JsonObject, path: string, plan: Plan | null): JsonObject {
    const expected: Expected = { ...NOTHING, shape: plan };
    this.#enqueue(tree, expected, null, null, path, this.#isOpen(plan, false), plan?.mark);
    this.#redactQueued();
    return this.#queue[0]!.tree as JsonObject;
  }

  /** The same for a single text that stands outside any tree and is recorded by its place. */
  runText(text: string, parent: Place, key: string | number): string {
    return this.#placeFreeText(text, false, parent, key);
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
    const { expected, hint } = frame;
    const mayStay = frame.isOpen && expected.shape === null && hint === null;
    for (let at = 0; at < tree.length; at++) {
      if (--this.#nodesLeft < 0) {
        this.#isCut = true;
        tree.splice(at, tree.length, moreMarker(tree.length - at));
        return;
      }
      const value = tree[at]!;
      if (mayStay && this.#isHarmless(value, expected.isDeclared)) continue;
      const placed = this.#place(value, expected, hint && elementHint(hint, at), frame, at);
      // A removed element leaves its place, so that the others keep theirs.
      if (!Object.is(placed, value)) tree[at] = placed === undefined ? null : placed;
    }
  }

  #redactMembers(frame: Frame, tree: JsonObject): void {
    const { keysEscaped } = this.#source;
    const members = this.#rules.members.of(frame.expected.shape);
    const usual = members.inUsualOrder();
    const refusesSecret = this.#source.direction === 'response' && this.#refusesSecret(tree, members);
    const mayStay = frame.isOpen && frame.hint === null && frame.markOfAll === null && !refusesSecret;
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
      let member = usual[done];
      if (member === undefined || member.name !== name) member = members.find(name, done);
      const isUnchanged = mayStay && member.isOrdinary && this.#isHarmless(value, member.isDeclared);
      const placed = isUnchanged ? value : this.#placeMember(value, name, member, frame, refusesSecret);
      if (rebuilt === null && (member.key !== treeKey || placed === undefined)) rebuilt = firstMembers(tree, done);
      done++;
      if (rebuilt === null) {
        if (!isUnchanged && !Object.is(placed, value)) tree[treeKey] = placed!;
      } else if (placed !== undefined) rebuilt[member.key] = placed;
    }
    if (rebuilt !== null) replace(frame, rebuilt);
  }

  #placeMember(
    value: JsonValue,
    name: string,
    member: Member,
    frame: Frame,
    refusesSecret: boolean,
  ): JsonValue | undefined {
    const { hint, markOfAll } = frame;
    const { key } = member;
    if (refusesSecret && name === 'value') return this.#redact(REDACT, value, frame, key);
    if (refusesSecret && name === 'children') {
      this.#notes.noteSecret(frame, key, REDACT.mode, refusedInputOf(value));
      return REDACTED;
    }
    if (markOfAll !== null) return this.#redact(markOfAll, value, frame, key);
    if (member.mark !== null) return this.#redact(member.mark, value, frame, key);
    // A name that some class marks counts wherever the class at hand is not known to have it for itself.
    const isOwn = member.isLearned && hint !== null && 'own' in hint && hint.own?.includes(name);
    if (member.isLearned && !isOwn) return this.#redact(REDACT, value, frame, key);
    if (refusesSecret && name === 'constraints' && isContainer(value)) {
      return this.#enqueue(value, NOTHING, null, frame, key, false, REDACT);
    }
    return this.#place(value, member, hint && memberHint(hint, name), frame, key);
  }

  /** Whether the value is recorded as it is, wherever it stands without a class of its own. Most are. */
  #isHarmless(value: JsonValue, isDeclared: boolean): boolean {
    switch (typeof value) {
      case 'string':
        if (value.length > this.#maxStringLength || mayBeJson(value)) return false;
        return isDeclared || this.#source.isDeclared === true || !this.#rules.texts.isSuspicious(value);
      case 'number':
        return value < FIRST_CARD_NUMBER && value > -Infinity && !Object.is(value, -0);
      case 'object':
        return value === null;
      default:
        return true;
    }
  }

  #place(
    value: JsonValue,
    expected: Expected,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
  ): JsonValue | undefined {
    if (isContainer(value)) return this.#placeContainer(value, expected, hint, parent, key);
    const { shape, isDeclared } = expected;
    if (value !== null && (shape !== null || hint !== null)) {
      // An object of a sensitive class that travels as something else: by `toJSON`, by `@Transform`.
      const mark = markOf(shapeByHint(shape, hint, this.#rules.plans));
      if (mark) return this.#redact(mark, value, parent, key);
    }
    if (typeof value === 'string') return this.#placeText(value, expected, parent, key);
    if (!isOpenAt(expected, parent)) return this.#withhold(parent, key);
    if (typeof value === 'number') return this.#placeNumber(value, isDeclared, parent, key);
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

  #placeNumber(value: number, isDeclared: boolean, parent: Frame | null, key: string | number): JsonValue {
    const isSearched = value >= FIRST_CARD_NUMBER && !isDeclared && !this.#source.isDeclared;
    if (!isSearched || !this.#rules.texts.isCard(value)) return plainNumber(value);
    this.#notes.noteSecret(parent, key, 'detected:card', value);
    return REDACTED;
  }

  #placeContainer(
    value: Container,
    expected: Expected,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
  ): JsonValue | undefined {
    if (hint !== null && this.#mayHideSensitive(hint, value)) return this.#redact(REDACT, value, parent, key);
    let shape = shapeByHint(expected.shape, hint, this.#rules.plans);
    if (shape !== null && shape.kind !== 'values') {
      // An array holds values of a declared class; a class that was asked is the array's own.
      const isOfClass = !Array.isArray(value) || typeof hint === 'number';
      if (isOfClass) shape = planFor(shape, value);
      const mark = isOfClass ? markOf(shape) : null;
      if (mark) return this.#redact(mark, value, parent, key);
    }
    const structure = typeof hint === 'object' ? hint : null;
    const isOpen = this.#isOpen(shape, isOpenAt(expected, parent));
    if (!isOpen && shape === null && structure === null) return this.#withhold(parent, key);
    const isSame = shape === expected.shape && !expected.isLoggable;
    const within = isSame ? expected : { shape, isDeclared: expected.isDeclared, isLoggable: false };
    return this.#enqueue(value, within, structure, parent, key, isOpen);
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
    expected: Expected,
    hint: StructuredHint | null,
    parent: Frame | null,
    key: string | number,
    isOpen: boolean,
    markOfAll: ActiveMark | null = null,
  ): JsonValue {
    const depth = depthBelow(parent);
    if (depth >= this.#rules.limits.maxDepth) {
      this.#isCut = true;
      return TOO_DEEP;
    }
    this.#queue.push({ parent, key, path: undefined, depth, tree, expected, hint, markOfAll, isOpen });
    return tree;
  }

  #placeText(text: string, expected: Expected, parent: Frame | null, key: string | number): JsonValue | undefined {
    const { shape, isDeclared } = expected;
    const { isDisabled } = this.#rules.names;
    if (shape === null || isDisabled || !mayBeJson(text)) {
      if (!isOpenAt(expected, parent)) return this.#withhold(parent, key);
      if (shape === null && !isDisabled) return this.#placeFreeText(text, isDeclared, parent, key);
      this.#notes.noteLength(text, this.#maxStringLength);
      return text;
    }
    // An object that travels as JSON text: `@QueryParam('filter') filter: Filter`.
    const parsed = parseJson(text);
    if (parsed !== undefined) return this.#place(parsed, expected, null, parent, key);
    this.#notes.noteSecret(parent, key, 'unparsable', text);
    return REDACTED;
  }

  /** A text that no class says more of than that it has it. */
  #placeFreeText(text: string, isDeclared: boolean, parent: Place | null, key: string | number): string {
    this.#notes.noteLength(text, this.#maxStringLength);
    const isOfClass = isDeclared || this.#source.isDeclared === true;
    if (mayBeJson(text) && !this.#rules.names.isDisabled) return this.#redactJsonText(text, isOfClass, parent, key);
    return isOfClass ? text : this.#rules.texts.clean(text, this.#notes, parent, key);
  }

  /** JSON that travels inside a text is redacted by names; without anything to redact the text stays as it is. */
  #redactJsonText(text: string, isDeclared: boolean, parent: Place | null, key: string | number): string {
    const { textDepth = 0 } = this.#source;
    const parsed = parseJson(text);
    if (parsed === undefined) {
      if (isDeclared) return text;
      if (!mayBeJsonObject(text)) return this.#rules.texts.clean(text, this.#notes, parent, key);
      // Broken JSON cannot be understood, so it may hold anything.
      this.#notes.noteSecret(parent, key, 'unparsable', text);
      return REDACTED;
    }
    if (textDepth === MAX_TEXT_DEPTH) {
      this.#notes.noteSecret(parent, key, 'too-deep', text);
      return REDACTED;
    }
    const before = this.#notes.count;
    const source = { ...this.#source, recordsAll: true, keysEscaped: false, textDepth: textDepth + 1, isDeclared };
    const inner = new Walk(this.#rules, this.#notes, source);
    inner.#nodesLeft = this.#nodesLeft;
    const redacted = inner.run(parsed, pathOf(parent, key), null);
    this.#nodesLeft = inner.#nodesLeft;
    if (inner.#isCut) this.#isCut = true;
    const isWhole = this.#notes.count === before && !inner.#isCut && !hasNameTwice(text, parsed);
    return isWhole ? text : JSON.stringify(redacted);
  }

  #redact(mark: ActiveMark, value: JsonValue, parent: Frame | null, key: string | number): JsonValue | undefined {
    return this.#marked.redact(mark, value, parent, key, depthBelow(parent));
  }

  /** Whether this is class-validator's error for a sensitive property: what it quotes is the secret. */
  #refusesSecret(tree: JsonObject, members: Members): boolean {
    const { property } = tree;
    if (typeof property !== 'string' || members.declares('property')) return false;
    const isRefusal = isContainer(tree['constraints']) || Array.isArray(tree['children']);
    return isRefusal && this.#rules.names.isSensitive(property);
  }
}

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

function isOpenAt({ isLoggable }: Expected, parent: Frame | null): boolean {
  return isLoggable || parent?.isOpen === true;
}

function depthBelow(parent: Frame | null): number {
  return parent === null ? 0 : parent.depth + 1;
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
