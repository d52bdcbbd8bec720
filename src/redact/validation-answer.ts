import type { Class } from '../decorators/metadata';
import type { JsonObject, JsonValue } from '../record/json-value';
import { setOwn } from '../record/set-own';
import { TextFinish } from './finish-texts';
import { KnownValues } from './known-values';
import { ownValue } from './live-objects';
import { REDACTED } from './markers';
import type { Shape } from './plan';
import { RedactionNotes } from './redaction-notes';
import { toJsonValue } from './to-json-value';
import { unescapeKey } from './unescape-key';
import {
  type Context,
  judge,
  type Judged,
  type Refusal,
  refusalOf,
  topContext,
  type ValidationRules,
} from './validation-errors';
import { Walk } from './walk';

// A response is as long as the host makes it.
const UNLIMITED = { maxDepth: Infinity, maxNodes: Infinity, maxStringLength: Infinity };

/**
 * Errors as a response quotes them: as the host would send them, without what the client sent in sensitive properties,
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
    const judged = judge(refusal, context, rules);
    const copy: JsonObject = {};
    into.push(copy);
    for (const key of Object.keys(given as object)) {
      const value = ownValue(given as object, key);
      if (key === 'children' && refusal.children) {
        const children: JsonValue[] = (copy[key] = []);
        const { isSensitive, valueShape: shape } = judged;
        const inner: Context = { path: '', isSensitive, shape, isAssumed: false, depth: context.depth + 1 };
        for (const child of refusal.children) pending.push([child, inner, children]);
      } else if (value !== undefined) copies.putMember(copy, key, value, { refusal, context, judged });
    }
  }
  copies.finish();
  return cleaned;
}

/** An error of class-validator's, and what is known of it. */
interface JudgedRefusal {
  readonly refusal: Refusal;
  readonly context: Context;
  readonly judged: Judged;
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

  /** Any member of an error but its children. */
  putMember(copy: JsonObject, key: string, value: unknown, { refusal, context, judged }: JudgedRefusal): void {
    const { isSensitive, field, ownShape, valueShape } = judged;
    switch (key) {
      case 'property':
        return this.#putTexts(copy, key, refusal.property);
      case 'constraints':
        // Without the value they quote, they may quote what nobody can remove from them.
        if (!isSensitive || refusal.hasValue) return this.#putTexts(copy, key, refusal.constraints);
        return this.#putTexts(copy, key, redactedTexts(refusal.constraints));
      case 'target':
        return this.#putUnless(context.isSensitive, copy, key, value, ownShape);
      case 'value':
        if (isSensitive) this.#notes.known.remember(toJsonValue(value));
        if (field?.mark?.mode === 'remove') return;
        return this.#putUnless(isSensitive, copy, key, value, valueShape);
      default:
        return this.put(copy, key, value, null);
    }
  }

  #putUnless(isSensitive: boolean, copy: JsonObject, key: string, value: unknown, shape: Shape | null): void {
    if (isSensitive) copy[key] = REDACTED;
    else this.put(copy, key, value, shape);
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
  #putTexts(into: JsonObject, key: 'property' | 'constraints', texts: Refusal['constraints'] | string): void {
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

function redactedTexts(texts: Refusal['constraints']): Refusal['constraints'] {
  return texts && Object.fromEntries(Object.keys(texts).map(rule => [rule, REDACTED]));
}
