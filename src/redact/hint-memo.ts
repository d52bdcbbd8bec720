import type { TypeHint } from '../record/snapshot';
import type { Plan, Shape } from './plan';

/** A hint. Equal hints are one object as far as the memo reaches, so that a list of a thousand objects needs one. */
export class Found {
  #each: Found | undefined;

  constructor(readonly hint: TypeHint) {}

  /** The hint of a list of nothing else. */
  get each(): Found {
    return (this.#each ??= new Found({ each: this.hint }));
  }
}

/** What was found inside of one object: parallel lists, in the order in which it was read. */
export class Parts {
  readonly keys: (string | number)[] = [];
  readonly found: Found[] = [];
  /** Members that another class marks and this one has for itself. */
  own: string[] | null = null;

  add(key: string | number, found: Found): void {
    this.keys.push(key);
    this.found.push(found);
  }
}

interface Entry {
  readonly parts: Parts;
  readonly isCut: boolean;
  readonly found: Found | null;
}

// Clients choose the keys of plain objects: these bound what they can make us keep.
const MAX_ENTRIES = 8;
const MAX_KEPT_PARTS = 32;
const MAX_KEPT_LENGTH = 64;

/** Makes hints, and makes none twice: the objects of one class hold the same classes most of the time. */
export class HintMemo {
  readonly #ofPlans = new Map<Plan | null, Recent>();
  readonly #leaves = new Map<Plan, Found>();
  readonly #lists = new Recent();

  /** Of an object of a class, of which there is no more to say. */
  leaf(plan: Plan): Found {
    let found = this.#leaves.get(plan);
    if (found === undefined) this.#leaves.set(plan, (found = new Found(plan.id)));
    return found;
  }

  members(plan: Plan | null, parts: Parts): Found | null {
    if (parts.keys.length === 0 && parts.own === null) return plan && this.leaf(plan);
    let recent = this.#ofPlans.get(plan);
    if (recent === undefined) this.#ofPlans.set(plan, (recent = new Recent()));
    const known = recent.find(parts, false);
    if (known !== undefined) return known;
    const hint = hintOfMembers(plan, parts);
    return recent.add(parts, false, hint === null ? plan && this.leaf(plan) : new Found(hint));
  }

  /** @param isCut The elements behind the last part were not looked at. */
  elements(parts: Parts, isCut: boolean): Found | null {
    if (parts.keys.length === 0 && !isCut) return null;
    return this.#lists.find(parts, isCut) ?? this.#lists.add(parts, isCut, new Found(hintOfElements(parts, isCut)));
  }
}

/** The hints that were made last. */
class Recent {
  readonly #entries: Entry[] = [];
  #next = 0;

  find(parts: Parts, isCut: boolean): Found | null | undefined {
    for (const entry of this.#entries) {
      if (entry.isCut === isCut && areSame(entry.parts, parts)) return entry.found;
    }
    return undefined;
  }

  add(parts: Parts, isCut: boolean, found: Found | null): Found | null {
    if (parts.keys.length > MAX_KEPT_PARTS || (parts.own?.length ?? 0) > MAX_KEPT_PARTS) return found;
    if (parts.keys.some(key => typeof key === 'string' && key.length > MAX_KEPT_LENGTH)) return found;
    this.#entries[this.#next] = { parts, isCut, found };
    this.#next = (this.#next + 1) % MAX_ENTRIES;
    return found;
  }
}

function areSame(one: Parts, other: Parts): boolean {
  return (
    areEqual(one.found, other.found) &&
    areEqual(one.keys, other.keys) &&
    (one.own === other.own || (one.own !== null && other.own !== null && areEqual(one.own, other.own)))
  );
}

function areEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function hintOfElements({ keys, found }: Parts, isCut: boolean): TypeHint {
  const items: (TypeHint | null)[] = [];
  keys.forEach((at, part) => {
    while (items.length < (at as number)) items.push(null);
    items.push(found[part]!.hint);
  });
  return { items, ...(isCut && { isCut }) };
}

/** `null` when the plan says it all. */
function hintOfMembers(plan: Plan | null, { keys, found, own }: Parts): TypeHint | null {
  const properties = Object.create(null) as Record<string, TypeHint>;
  const told = keys
    .map((key, part) => [String(key), found[part]!.hint] as const)
    .filter(([key, hint]) => !isDeclared(plan?.fields.get(key)?.shape, hint));
  if (told.length === 0 && own === null) return null;
  for (const [key, hint] of told) properties[key] = hint;
  // Last, because the host sends a property under its exposed name even where that is another property's own name.
  for (const [key, hint] of told) {
    const wireName = plan?.wireNames.get(key);
    if (wireName !== undefined) properties[wireName] = hint;
  }
  return { ...(plan && { plan: plan.id }), ...(own && { own }), properties };
}

/** Whether the plan of the object around it already says what the hint does. */
function isDeclared(shape: Shape | null | undefined, hint: TypeHint): boolean {
  let inner = hint;
  while (typeof inner === 'object' && 'each' in inner) inner = inner.each;
  if (inner === 'unknown') return shape !== null && shape !== undefined;
  return shape?.kind === 'class' && inner === shape.id;
}
