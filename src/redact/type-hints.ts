import { types } from 'node:util';
import type { TypeHint } from '../record/snapshot';
import { Found, HintMemo, Parts } from './hint-memo';
import { classBehind, ownValue } from './live-objects';
import type { LiveSecrets } from './live-secrets';
import type { Members, MembersByShape } from './members';
import type { Plan } from './plan';
import type { Plans } from './plans';

/** What a prototype says about the objects that have it. */
interface Kind {
  readonly plan: Plan | null;
  readonly isOpaque: boolean;
  /** May be a `Set` or a `Map`. */
  readonly isCollection: boolean;
}

const MAX_NODES = 10_000;
const MAX_MEMBERS = 100_000;
const MAX_DEPTH = 64;
const MAX_OWN = 64;

const PLAIN: Kind = { plan: null, isOpaque: false, isCollection: false };
const UNKNOWN = new Found('unknown');
/** Not asked, and nothing may be said of what is around it. */
const OPAQUE = new Found('unknown');
/** A reference back, usual in entities: excluded from the response, or the host could not have sent it. */
const ABOVE = new Found('unknown');

/** Asks a live object for the classes inside it. */
export class TypeHints {
  readonly #plans: Plans;
  readonly #members: MembersByShape;
  readonly #memo = new HintMemo();
  readonly #kinds = new WeakMap<object, Kind>();

  constructor(plans: Plans, members: MembersByShape) {
    this.#plans = plans;
    this.#members = members;
  }

  /**
   * `null` when nothing is known of it. Runs no getter and no trap of a Proxy.
   *
   * @param secrets Takes the texts in marked properties, also of those that are never sent: a transformation may put
   * them into another property.
   */
  hintOf(live: unknown, secrets?: LiveSecrets): TypeHint | null {
    if (typeof live !== 'object' || live === null) return null;
    return new Reading(this, this.#members, this.#memo, secrets).run(live);
  }

  kindOf(prototype: object): Kind {
    let kind = this.#kinds.get(prototype);
    if (kind === undefined) {
      const type = classBehind(prototype);
      kind = {
        plan: typeof type === 'function' ? this.#plans.planOf(type) : null,
        isOpaque: type === 'opaque',
        isCollection: isOfCollection(prototype),
      };
      this.#kinds.set(prototype, kind);
    }
    return kind;
  }
}

/** The reading of one live object. */
class Reading {
  readonly #types: TypeHints;
  readonly #members: MembersByShape;
  readonly #memo: HintMemo;
  readonly #secrets: LiveSecrets | undefined;
  /** The objects around the one that is read. */
  readonly #above: object[] = [];
  #objectsLeft = MAX_NODES;
  #membersLeft = MAX_MEMBERS;

  constructor(typeHints: TypeHints, members: MembersByShape, memo: HintMemo, secrets: LiveSecrets | undefined) {
    this.#types = typeHints;
    this.#members = members;
    this.#memo = memo;
    this.#secrets = secrets;
  }

  run(live: object): TypeHint | null {
    const found = this.#read(live);
    return found === OPAQUE ? null : (found?.hint ?? null);
  }

  /** `null` when there is nothing to say. */
  #read(value: object): Found | null {
    if (types.isProxy(value)) return UNKNOWN;
    this.#objectsLeft--;
    const prototype: object | null = Object.getPrototypeOf(value);
    const { plan, isOpaque, isCollection } = prototype === null ? PLAIN : this.#types.kindOf(prototype);
    // Redacted as a whole, whatever it holds.
    if (plan?.mark) {
      this.#secrets?.add(value);
      return this.#memo.leaf(plan);
    }
    const above = this.#above;
    above.push(value);
    let found: Found | null;
    // Of a collection's own class only a mark matters: what it holds is known by its elements.
    if (Array.isArray(value)) found = this.#readArray(value);
    else if (isCollection && types.isSet(value)) found = this.#readSet(value);
    else if (isCollection && types.isMap(value)) found = this.#readMap(value);
    else if (isOpaque) found = OPAQUE;
    else if (plan) found = this.#readMembers(value, plan, this.#members.of(plan));
    else found = this.#readPlain(value);
    above.pop();
    return found;
  }

  #readArray(value: readonly unknown[]): Found | null {
    const elements = new Elements();
    for (let at = 0; at < value.length && this.#mayGoOn(elements); at++) {
      const element = ownValue(value, at);
      if (typeof element === 'object' && element !== null) elements.add(at, this.#readInner(element));
    }
    return elements.found(this.#memo);
  }

  #readSet(value: ReadonlySet<unknown>): Found | null {
    const elements = new Elements();
    let at = 0;
    for (const element of Set.prototype.values.call(value)) {
      if (!this.#mayGoOn(elements)) break;
      if (typeof element === 'object' && element !== null) elements.add(at, this.#readInner(element));
      at++;
    }
    return elements.found(this.#memo);
  }

  #readMap(value: ReadonlyMap<unknown, unknown>): Found | null {
    const parts = new Parts();
    for (const [key, member] of Map.prototype.entries.call(value)) {
      if (!this.#mayGoOn()) break;
      if (typeof key === 'string' || typeof key === 'number') this.#addMember(parts, String(key), member);
    }
    return this.#memo.members(null, parts);
  }

  #readPlain(value: object): Found | null {
    const parts = new Parts();
    for (const key in value) {
      if (!this.#mayGoOn()) break;
      this.#addMember(parts, key, ownValue(value, key));
    }
    return this.#memo.members(null, parts);
  }

  #readMembers(value: object, plan: Plan, members: Members): Found | null {
    const parts = new Parts();
    const usual = members.inUsualOrder();
    let at = 0;
    for (const key in value) {
      if (!this.#mayGoOn()) break;
      let member = usual[at];
      if (member === undefined || member.name !== key) member = members.find(key, at);
      at++;
      const live = ownValue(value, key);
      if (member.mark !== null) {
        this.#secrets?.add(live);
        continue;
      }
      if (member.isLearned && Object.hasOwn(value, key)) noteOwn(parts, key);
      this.#addMember(parts, key, live);
    }
    return this.#memo.members(plan, parts);
  }

  #addMember(parts: Parts, key: string, value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const found = this.#readInner(value);
    if (found !== null && found !== OPAQUE && found !== ABOVE) parts.add(key, found);
  }

  #readInner(value: object): Found | null {
    if (this.#above.includes(value)) return ABOVE;
    if (this.#objectsLeft <= 0 || this.#above.length > MAX_DEPTH) return UNKNOWN;
    return this.#read(value);
  }

  #mayGoOn(elements?: Elements): boolean {
    if (--this.#membersLeft >= 0) return true;
    if (elements) elements.isCut = true;
    return false;
  }
}

/** What was found in the elements of a list. */
class Elements {
  isCut = false;
  readonly #parts = new Parts();
  #first: Found | null | undefined;
  #areAlike = true;

  add(at: number, found: Found | null): void {
    if (found === ABOVE) return;
    if (this.#first === undefined) this.#first = found;
    if (found !== this.#first || found === null || found === UNKNOWN || found === OPAQUE) this.#areAlike = false;
    if (found !== null && found !== OPAQUE) this.#parts.add(at, found);
  }

  found(memo: HintMemo): Found | null {
    if (this.#areAlike && !this.isCut && this.#first) return this.#first.each;
    return memo.elements(this.#parts, this.isCut);
  }
}

function noteOwn(parts: Parts, key: string): void {
  parts.own ??= [];
  if (parts.own.length < MAX_OWN) parts.own.push(key);
}

function isOfCollection(prototype: object): boolean {
  for (let at: object | null = prototype; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    if (at === Set.prototype || at === Map.prototype) return true;
  }
  return false;
}
