import { types } from 'node:util';
import type { TypeHint } from '../record/snapshot';
import { classBehind, ownValue } from './live-objects';
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
  readonly children: [key: string | number, child: Node][];
  /** Some element or member was not looked at, or cannot be told of. */
  hasUnknown: boolean;
  found: Found | null;
}

const MAX_NODES = 10_000;
const MAX_DEPTH = 64;

/** Asks a live response for the classes inside it, before the host turns it into text. */
export class TypeHints {
  readonly #plans: Plans;
  readonly #planByPrototype = new WeakMap<object, Plan | 'plain' | 'opaque'>();

  constructor(plans: Plans) {
    this.#plans = plans;
  }

  /** `null` when nothing is known of it. Runs no getter and no trap of a Proxy. */
  hintOf(live: unknown): TypeHint | null {
    const root = this.#nodeOf(live, null);
    if (root === null) return null;
    const nodes = [root];
    for (let at = 0; at < nodes.length; at++) this.#addChildren(nodes[at]!, nodes);
    // Children come after their parents, so from the end each node's children are known.
    const ids = new Map<string, Found>();
    for (let at = nodes.length - 1; at >= 0; at--) {
      const node = nodes[at]!;
      node.found = node.isList ? listHint(node, ids) : memberHints(node, ids);
    }
    return root.found?.hint ?? null;
  }

  #addChildren(node: Node, nodes: Node[]): void {
    const { value } = node;
    if (Array.isArray(value)) {
      const end = Math.min(value.length, MAX_NODES);
      if (end < value.length) node.hasUnknown = true;
      for (let at = 0; at < end; at++) this.#addChild(node, at, ownValue(value, at), nodes);
    } else if (types.isSet(value)) {
      let at = 0;
      for (const element of Set.prototype.values.call(value)) this.#addChild(node, at++, element, nodes);
    } else if (types.isMap(value)) {
      for (const [key, member] of Map.prototype.entries.call(value)) {
        if (typeof key === 'string' || typeof key === 'number') this.#addChild(node, String(key), member, nodes);
      }
    } else {
      for (const key of Object.keys(value)) this.#addChild(node, key, ownValue(value, key), nodes);
    }
  }

  #addChild(node: Node, key: string | number, value: unknown, nodes: Node[]): void {
    if (typeof value !== 'object' || value === null) return;
    // Redacted as a whole, whatever it holds.
    if (node.plan?.fields.get(key as string)?.mark) return;
    // A reference back, usual in entities: excluded from the response, or the host could not have sent it.
    for (let above: Node | null = node; above; above = above.parent) if (above.value === value) return;
    const isInReach = nodes.length < MAX_NODES && node.depth < MAX_DEPTH;
    const child = isInReach ? this.#nodeOf(value, node) : null;
    if (child === null) {
      node.hasUnknown = true;
      return;
    }
    node.children.push([key, child]);
    nodes.push(child);
  }

  #nodeOf(value: unknown, parent: Node | null): Node | null {
    if (typeof value !== 'object' || value === null || types.isProxy(value)) return null;
    const isList = Array.isArray(value) || types.isSet(value);
    if (isList || types.isMap(value)) return newNode(value, parent, isList, null);
    const prototype: object | null = Object.getPrototypeOf(value);
    const known = prototype === null ? 'plain' : this.#planOf(prototype);
    return known === 'opaque' ? null : newNode(value, parent, false, known === 'plain' ? null : known);
  }

  #planOf(prototype: object): Plan | 'plain' | 'opaque' {
    let known = this.#planByPrototype.get(prototype);
    if (known === undefined) {
      const type = classBehind(prototype);
      known = typeof type === 'function' ? this.#plans.planOf(type) : type;
      this.#planByPrototype.set(prototype, known);
    }
    return known;
  }
}

function newNode(value: object, parent: Node | null, isList: boolean, plan: Plan | null): Node {
  const depth = parent === null ? 0 : parent.depth + 1;
  return { value, parent, isList, plan, depth, children: [], hasUnknown: false, found: null };
}

function listHint({ children, hasUnknown }: Node, ids: Map<string, Found>): Found | null {
  const [first] = children;
  if (!first) return null;
  const { found } = first[1];
  const areAlike = !hasUnknown && children.every(([, child]) => child.found?.id === found?.id);
  if (areAlike) return found && intern(ids, `[${found.id}]`, { each: found.hint });
  const items: (TypeHint | null)[] = [];
  const parts: string[] = [];
  for (const [at, { found: element }] of children) {
    if (!element) continue;
    while (items.length < (at as number)) items.push(null);
    items.push(element.hint);
    parts.push(`${at}:${element.id}`);
  }
  return items.length === 0 ? null : intern(ids, `[${parts.join()}]`, { items });
}

function memberHints({ plan, children }: Node, ids: Map<string, Found>): Found | null {
  const properties = Object.create(null) as Record<string, TypeHint>;
  const parts: string[] = [];
  for (const [key, { found }] of children) {
    const name = key as string;
    if (!found || isDeclared(plan?.fields.get(name)?.shape ?? null, found.hint)) continue;
    properties[name] = found.hint;
    const wireName = plan?.wireNames.get(name);
    if (wireName !== undefined) properties[wireName] = found.hint;
    parts.push(`${JSON.stringify(name)}:${found.id}`);
  }
  if (parts.length === 0) return plan && { id: String(plan.id), hint: plan.id };
  const id = `${plan ? plan.id : ''}{${parts.join()}}`;
  return intern(ids, id, plan ? { plan: plan.id, properties } : { properties });
}

/** Whether the plan of the object around it already says what the hint does. */
function isDeclared(shape: Shape | null, hint: TypeHint): boolean {
  let inner = hint;
  while (typeof inner === 'object' && 'each' in inner) inner = inner.each;
  return shape?.kind === 'class' && inner === shape.id;
}

function intern(ids: Map<string, Found>, key: string, hint: TypeHint): Found {
  const known = ids.get(key);
  if (known) return known;
  const found: Found = { id: `#${ids.size}`, hint };
  ids.set(key, found);
  return found;
}
