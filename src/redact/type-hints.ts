import { types } from 'node:util';
import type { TypeHint } from '../record/snapshot';
import { classBehind, ownValue } from './live-objects';
import type { LiveSecrets } from './live-secrets';
import type { Members, MembersByShape } from './members';
import type { Plan, Shape } from './plan';
import type { Plans } from './plans';

/** A hint and a short text that is the same for equal hints, so that a list of a thousand objects needs one. */
interface Found {
  readonly id: string;
  readonly hint: TypeHint;
}

interface Node {
  readonly value: object;
  readonly parent: Node | null;
  readonly isList: boolean;
  readonly plan: Plan | null;
  readonly depth: number;
  /** Of the elements or members that are objects. */
  children: [key: string | number, child: Pick<Node, 'found'>][] | null;
  /** Members that another class marks and this one has for itself. */
  own: string[] | null;
  /** Some element cannot be told of. */
  hasUnknown: boolean;
  /** The elements from here on were not looked at. */
  isCut: boolean;
  found: Found | null;
}

const MAX_NODES = 10_000;
const MAX_MEMBERS = 100_000;
const MAX_DEPTH = 64;
const MAX_OWN = 64;

const UNKNOWN: Pick<Node, 'found'> = { found: { id: '?', hint: 'unknown' } };

/** Asks a live object for the classes inside it. */
export class TypeHints {
  readonly #plans: Plans;
  readonly #members: MembersByShape;
  readonly #planByPrototype = new WeakMap<object, Plan | 'plain' | 'opaque'>();

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
    if (types.isProxy(live)) return 'unknown';
    return new Reading(this, this.#members, secrets).run(live);
  }

  planOf(prototype: object): Plan | 'plain' | 'opaque' {
    let known = this.#planByPrototype.get(prototype);
    if (known === undefined) {
      const type = classBehind(prototype);
      known = typeof type === 'function' ? this.#plans.planOf(type) : type;
      this.#planByPrototype.set(prototype, known);
    }
    return known;
  }
}

/** The reading of one live object, level by level. */
class Reading {
  readonly #types: TypeHints;
  readonly #members: MembersByShape;
  readonly #secrets: LiveSecrets | undefined;
  readonly #nodes: Node[] = [];
  #membersLeft = MAX_MEMBERS;

  constructor(typeHints: TypeHints, members: MembersByShape, secrets: LiveSecrets | undefined) {
    this.#types = typeHints;
    this.#members = members;
    this.#secrets = secrets;
  }

  run(live: unknown): TypeHint | null {
    const root = this.#nodeOf(live, null);
    if (root === null) return null;
    const nodes = this.#nodes;
    nodes.push(root);
    for (let at = 0; at < nodes.length; at++) this.#addChildren(nodes[at]!);
    // Children come after their parents, so from the end each node's children are known.
    const ids = new Map<string, Found>();
    for (let at = nodes.length - 1; at >= 0; at--) {
      const node = nodes[at]!;
      node.found = node.isList ? listHint(node, ids) : memberHints(node, ids);
    }
    return root.found?.hint ?? null;
  }

  #addChildren(node: Node): void {
    const { value, plan } = node;
    // Redacted as a whole, whatever it holds.
    if (plan?.mark) return this.#secrets?.add(value);
    if (Array.isArray(value)) {
      for (let at = 0; at < value.length && this.#mayGoOn(node); at++) this.#addChild(node, at, ownValue(value, at));
    } else if (types.isSet(value)) {
      let at = 0;
      for (const element of Set.prototype.values.call(value)) {
        if (!this.#mayGoOn(node)) return;
        this.#addChild(node, at++, element);
      }
    } else if (types.isMap(value)) {
      for (const [key, member] of Map.prototype.entries.call(value)) {
        if (!this.#mayGoOn(node)) return;
        if (typeof key === 'string' || typeof key === 'number') this.#addChild(node, String(key), member);
      }
    } else if (plan) this.#addMembers(node, this.#members.of(plan));
    else {
      for (const key in value) {
        if (!this.#mayGoOn(node)) return;
        this.#addChild(node, key, ownValue(value, key));
      }
    }
  }

  #mayGoOn(node: Node): boolean {
    if (--this.#membersLeft >= 0) return true;
    node.isCut = true;
    return false;
  }

  #addMembers(node: Node, members: Members): void {
    const { value } = node;
    const usual = members.inUsualOrder();
    let at = 0;
    for (const key in value) {
      if (!this.#mayGoOn(node)) return;
      let member = usual[at];
      if (member === undefined || member.name !== key) member = members.find(key, at);
      at++;
      const live = ownValue(value, key);
      if (member.mark !== null) {
        this.#secrets?.add(live);
        continue;
      }
      if (member.isLearned && Object.hasOwn(value, key)) noteOwn(node, key);
      if (typeof live === 'object' && live !== null) this.#addChild(node, key, live);
    }
  }

  #addChild(node: Node, key: string | number, value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    // A reference back, usual in entities: excluded from the response, or the host could not have sent it.
    for (let above: Node | null = node; above; above = above.parent) if (above.value === value) return;
    const isInReach = this.#nodes.length < MAX_NODES && node.depth < MAX_DEPTH;
    if (!isInReach || types.isProxy(value)) {
      node.hasUnknown = true;
      (node.children ??= []).push([key, UNKNOWN]);
      return;
    }
    const child = this.#nodeOf(value, node);
    if (child === null) {
      node.hasUnknown = true;
      return;
    }
    (node.children ??= []).push([key, child]);
    this.#nodes.push(child);
  }

  #nodeOf(value: unknown, parent: Node | null): Node | null {
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return null;
    const prototype: object | null = Object.getPrototypeOf(value);
    const known = prototype === null ? 'plain' : this.#types.planOf(prototype);
    const plan = typeof known === 'object' ? known : null;
    const isList = Array.isArray(value) || types.isSet(value);
    // Of a collection's own class only a mark matters: what it holds is told by its elements.
    if (isList || types.isMap(value))
      return plan?.mark ? newNode(value, parent, false, plan) : newNode(value, parent, isList, null);
    return known === 'opaque' ? null : newNode(value, parent, false, plan);
  }
}

function newNode(value: object, parent: Node | null, isList: boolean, plan: Plan | null): Node {
  const depth = parent === null ? 0 : parent.depth + 1;
  return {
    value,
    parent,
    isList,
    plan,
    depth,
    children: null,
    own: null,
    hasUnknown: false,
    isCut: false,
    found: null,
  };
}

function noteOwn(node: Node, key: string): void {
  node.own ??= [];
  if (node.own.length < MAX_OWN) node.own.push(key);
}

function listHint({ children, hasUnknown, isCut }: Node, ids: Map<string, Found>): Found | null {
  const first = children?.[0];
  if (!children || !first) return null;
  const { found } = first[1];
  const areAlike = !hasUnknown && !isCut && children.every(([, child]) => child.found?.id === found?.id);
  if (areAlike) return found && intern(ids, `[${found.id}]`, { each: found.hint });
  const items: (TypeHint | null)[] = [];
  const parts: string[] = isCut ? ['…'] : [];
  for (const [at, { found: element }] of children) {
    if (!element) continue;
    while (items.length < (at as number)) items.push(null);
    items.push(element.hint);
    parts.push(`${at}:${element.id}`);
  }
  if (parts.length === 0) return null;
  return intern(ids, `[${parts.join()}]`, { items, ...(isCut && { isCut }) });
}

function memberHints({ plan, own, children }: Node, ids: Map<string, Found>): Found | null {
  if (children === null && own === null) return plan && foundOf(plan, ids);
  const properties = Object.create(null) as Record<string, TypeHint>;
  const parts: string[] = (own ?? []).map(name => `${name.length}=${name}`);
  const told = (children ?? []).filter(
    ([key, { found }]) => found && !isDeclared(plan?.fields.get(key as string)?.shape, found.hint),
  );
  for (const [key, { found }] of told) {
    properties[key] = found!.hint;
    // The length tells where a name ends, whatever it holds.
    parts.push(`${String(key).length}:${key}:${found!.id}`);
  }
  // Last, because the host sends a property under its exposed name even where that is another property's own name.
  for (const [key, { found }] of told) {
    const wireName = plan?.wireNames.get(key as string);
    if (wireName !== undefined) properties[wireName] = found!.hint;
  }
  if (parts.length === 0) return plan && foundOf(plan, ids);
  const id = `${plan ? plan.id : ''}{${parts.join()}}`;
  return intern(ids, id, { ...(plan && { plan: plan.id }), ...(own && { own }), properties });
}

function foundOf({ id }: Plan, ids: Map<string, Found>): Found {
  const key = String(id);
  let found = ids.get(key);
  if (found === undefined) ids.set(key, (found = { id: key, hint: id }));
  return found;
}

/** Whether the plan of the object around it already says what the hint does. */
function isDeclared(shape: Shape | null | undefined, hint: TypeHint): boolean {
  let inner = hint;
  while (typeof inner === 'object' && 'each' in inner) inner = inner.each;
  if (inner === 'unknown') return shape !== null && shape !== undefined;
  return shape?.kind === 'class' && inner === shape.id;
}

function intern(ids: Map<string, Found>, key: string, hint: TypeHint): Found {
  const known = ids.get(key);
  if (known) return known;
  const found: Found = { id: `#${ids.size}`, hint };
  ids.set(key, found);
  return found;
}
