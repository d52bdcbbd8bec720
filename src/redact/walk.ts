import type { JsonObject, JsonValue } from '../record/json-value';
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
  readonly names: NameRules;
  readonly plans: Plans;
  readonly marks: Marks;
  readonly limits: ValueLimits;
}

/** Where a tree comes from, as far as it changes the rules. */
export interface WalkSource {
  /**
   * A response says of a typed object what it holds. A request's object may hold what its class does not declare, so
   * there unknown names are judged like those of untyped data.
   */
  readonly direction: 'request' | 'response';
  /** The keys may be escaped already (`attributes`). */
  readonly keysEscaped?: boolean;
  /** Keeps no part, hash or rendering of a sensitive value. */
  readonly redactOnly?: boolean;
}

type Container = JsonValue[] | JsonObject;
type StructuredHint = Exclude<TypeHint, number>;

interface Frame extends Place {
  readonly source: Container;
  readonly copy: Container;
  readonly shape: Shape | null;
  readonly hint: StructuredHint | null;
  /** Redacts every member, each by itself. */
  readonly markOfAll: ActiveMark | null;
  readonly depth: number;
}

// Of class-validator's error for a sensitive property.
const REFUSED_INPUT: ReadonlySet<string> = new Set(['value', 'children']);

/**
 * Copies one tree and redacts on the way: what its shape says of a property, else what the property's name says.
 *
 * Level by level, from a queue: depth costs no stack, and what the node budget cuts is what lies deepest. Texts are
 * copied as they are; they are cut at the very end, when it is known which secrets must not be cut in half.
 */
export class Walk {
  readonly #rules: WalkRules;
  readonly #notes: RedactionNotes;
  readonly #source: WalkSource;
  readonly #queue: Frame[] = [];
  #nodesLeft: number;

  constructor(rules: WalkRules, notes: RedactionNotes, source: WalkSource) {
    this.#rules = rules;
    this.#notes = notes;
    this.#source = source;
    this.#nodesLeft = rules.limits.maxNodes;
  }

  /** The redacted copy; `undefined` when the whole of it is removed. */
  run(root: JsonValue, path: string, shape: Shape | null, hint: TypeHint | null = null): JsonValue | undefined {
    if (shape?.kind === 'class' && shape.mark) return this.#redact(shape.mark, root, null, path, 0);
    const copy = this.#place(root, shape, hint, null, path, 0);
    this.#copyQueued();
    return copy;
  }

  /** The same for an object whose keys are told whatever is known of it: a query, path parameters. */
  runMembers(source: JsonObject, path: string, plan: Plan | null): JsonObject {
    const copy: JsonObject = {};
    const markOfAll = plan?.mark ?? null;
    this.#queue.push({ parent: null, key: path, source, copy, shape: plan, hint: null, markOfAll, depth: 0 });
    this.#copyQueued();
    return copy;
  }

  #copyQueued(): void {
    const queue = this.#queue;
    for (let at = 0; at < queue.length; at++) {
      const frame = queue[at]!;
      if (Array.isArray(frame.source)) this.#copyElements(frame, frame.source, frame.copy as JsonValue[]);
      else this.#copyMembers(frame, frame.source, frame.copy as JsonObject);
    }
  }

  #copyElements(frame: Frame, source: readonly JsonValue[], copy: JsonValue[]): void {
    const { shape, hint, depth } = frame;
    for (let at = 0; at < source.length; at++) {
      if (--this.#nodesLeft < 0) {
        copy.push(moreMarker(source.length - at));
        return;
      }
      const placed = this.#place(source[at]!, shape, hint && elementHint(hint, at), frame, at, depth + 1);
      // A removed element leaves its place, so that the others keep theirs.
      copy.push(placed === undefined ? null : placed);
    }
  }

  #copyMembers(frame: Frame, source: JsonObject, copy: JsonObject): void {
    const { shape, hint, markOfAll, depth } = frame;
    const { direction, keysEscaped } = this.#source;
    const fields = shape?.kind === 'class' ? shape.fields : null;
    const valueShape = shape?.kind === 'values' ? shape.of : null;
    const learns = shape === null || direction === 'request';
    const refusesSecret = direction === 'response' && this.#refusesSecret(source, fields);
    const keys = Object.keys(source);
    for (let at = 0; at < keys.length; at++) {
      if (--this.#nodesLeft < 0) {
        copy[MORE_KEY] = moreMarker(keys.length - at);
        return;
      }
      const sourceKey = keys[at]!;
      const value = source[sourceKey];
      if (value === undefined) continue;
      const name = keysEscaped ? unescapeKey(sourceKey) : sourceKey;
      const field = fields?.get(name);
      let key: string;
      let mark: ActiveMark | null;
      if (field) {
        key = field.key;
        mark = field.mark;
      } else {
        const verdict = this.#rules.names.verdictOf(name);
        key = verdict.key;
        mark = verdict.sensitive || (verdict.learned && learns) ? REDACT : null;
      }
      if (markOfAll) mark = markOfAll;
      if (refusesSecret) {
        if (REFUSED_INPUT.has(name)) mark = REDACT;
        if (name === 'constraints' && typeof value === 'object' && value !== null) {
          copy[key] = this.#enqueue(value, null, null, frame, key, depth + 1, REDACT);
          continue;
        }
      }
      const placed = mark
        ? this.#redact(mark, value, frame, key, depth + 1)
        : this.#place(value, field ? field.shape : valueShape, hint && memberHint(hint, name), frame, key, depth + 1);
      if (placed !== undefined) copy[key] = placed;
    }
  }

  #place(
    value: JsonValue,
    shape: Shape | null,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
  ): JsonValue | undefined {
    if (typeof value === 'object' && value !== null) {
      return this.#placeContainer(value, shape, hint, parent, key, depth);
    }
    if (typeof value === 'string') return this.#placeText(value, shape, parent, key, depth);
    if (typeof value === 'number') return plainNumber(value);
    return typeof value === 'boolean' ? value : null;
  }

  #placeContainer(
    value: Container,
    shape: Shape | null,
    hint: TypeHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
  ): JsonValue | undefined {
    let known = shape;
    let structure: StructuredHint | null = null;
    if (typeof hint === 'number') known = this.#rules.plans.get(hint) ?? shape;
    else if (hint !== null) {
      structure = hint;
      if ('plan' in hint && hint.plan !== undefined) known = this.#rules.plans.get(hint.plan) ?? shape;
    }
    if (known !== null && known.kind !== 'values' && !Array.isArray(value)) {
      known = planFor(known, value);
      if (known.mark) return this.#redact(known.mark, value, parent, key, depth);
    }
    return this.#enqueue(value, known, structure, parent, key, depth, null);
  }

  #enqueue(
    source: Container,
    shape: Shape | null,
    hint: StructuredHint | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
    markOfAll: ActiveMark | null,
  ): JsonValue {
    if (depth >= this.#rules.limits.maxDepth) return TOO_DEEP;
    const copy: Container = Array.isArray(source) ? [] : {};
    this.#queue.push({ parent, key, source, copy, shape, hint, markOfAll, depth });
    return copy;
  }

  #placeText(
    text: string,
    shape: Shape | null,
    parent: Frame | null,
    key: string | number,
    depth: number,
  ): JsonValue | undefined {
    if (text.length > this.#rules.limits.maxStringLength) this.#notes.hasUntidyText = true;
    if (shape === null || !/^\s*[[{]/.test(text)) return text;
    // An object that travels as JSON text: `@QueryParam('filter') filter: Filter`.
    let parsed: JsonValue;
    try {
      parsed = JSON.parse(text) as JsonValue;
    } catch {
      this.#notes.noteSecret(parent, key, 'unparsable', text);
      return REDACTED;
    }
    return this.#place(parsed, shape, null, parent, key, depth);
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
    if (typeof redacted === 'string' && redacted.length > this.#rules.limits.maxStringLength) {
      this.#notes.hasUntidyText = true;
    }
    return redacted;
  }

  /** Whether this is class-validator's error for a sensitive property: what it quotes is the secret. */
  #refusesSecret({ property, constraints, children }: JsonObject, fields: Plan['fields'] | null): boolean {
    if (typeof property !== 'string' || fields?.has('property')) return false;
    const isRefusal = (typeof constraints === 'object' && constraints !== null) || Array.isArray(children);
    return isRefusal && this.#rules.names.isSensitive(property);
  }
}

function elementHint(hint: StructuredHint, at: number): TypeHint | null {
  if ('each' in hint) return hint.each;
  return 'items' in hint ? (hint.items[at] ?? null) : null;
}

function memberHint(hint: StructuredHint, name: string): TypeHint | null {
  // The names come from the wire: `constructor` must not find what every object inherits.
  if (!('properties' in hint) || !Object.hasOwn(hint.properties, name)) return null;
  return hint.properties[name] ?? null;
}
