import type { PlanId } from '../record/snapshot';
import { type ActiveMark, type Choice, type Field, type Plan, type Shape, stricterMark } from './plan';

/** A plan whose fields are filled in after others have begun to refer to it. */
export type Draft = Plan & { fields: Map<string, Field>; wireNames: Map<string, string> };

/** Of plans that no hint refers to. */
export const NO_PLAN_ID = -1;

/**
 * The plans of one logging, by number, and what follows from several of them. It knows no classes: the numbers of a
 * plan's lineage say which plan is a kind of which, so plans that came from another thread serve as well.
 */
export class KnownPlans {
  readonly #byId = new Map<PlanId, Plan>();
  readonly #refined = new Map<Plan | Choice, Map<Plan, Plan>>();
  readonly #unions = new Map<string, Plan>();
  readonly #members = new Map<Plan, readonly Plan[]>();
  readonly #unfilled: (() => void)[] = [];

  get(id: PlanId): Plan | undefined {
    return this.#byId.get(id);
  }

  get size(): number {
    return this.#byId.size;
  }

  /** A plan without fields, known from now on. */
  register(id: PlanId, mark: ActiveMark | null, lineage: readonly number[]): Draft {
    const plan: Draft = { kind: 'class', id, mark, lineage, fields: new Map(), wireNames: new Map() };
    this.#byId.set(id, plan);
    return plan;
  }

  /** Fills in a draft when everything that it may refer to has been registered. */
  fillLater(fill: () => void): void {
    this.#unfilled.push(fill);
  }

  fillAll(): void {
    for (let fill = this.#unfilled.shift(); fill; fill = this.#unfilled.shift()) fill();
  }

  /** The plans that a union was made of; of any other plan itself. */
  membersOf(plan: Plan): readonly Plan[] {
    return this.#members.get(plan) ?? [plan];
  }

  /**
   * What is known of a value that is declared as `shape` and was an object of the plan's class when it was asked. Both
   * hold, because the object may have changed since it was sent; a subclass alone speaks for its parent, too.
   */
  refine(shape: Shape | null, id: PlanId): Shape | null {
    const plan = this.#byId.get(id);
    if (plan === undefined || shape === plan || shape?.kind === 'values') return shape;
    if (shape === null) return plan;
    let refined = this.#refined.get(shape);
    if (refined === undefined) this.#refined.set(shape, (refined = new Map<Plan, Plan>()));
    let known = refined.get(plan);
    if (known === undefined) {
      const declared = shape.kind === 'class' ? [shape] : [...shape.plans.values(), shape.otherwise];
      const candidates = declared.flatMap(candidate => this.membersOf(candidate));
      known = candidates.some(candidate => isKindOf(plan, candidate)) ? plan : this.unionOf([...candidates, plan]);
      this.fillAll();
      refined.set(plan, known);
    }
    return known;
  }

  /** One plan that redacts whatever any of the given does. */
  unionOf(plans: readonly Plan[]): Plan {
    const members = [...new Set(plans.flatMap(plan => this.membersOf(plan)))].sort((a, b) => a.id - b.id);
    if (members.length === 1) return members[0]!;
    const key = members.map(({ id }) => id).join();
    const known = this.#unions.get(key);
    if (known) return known;
    const union: Draft = {
      kind: 'class',
      id: NO_PLAN_ID,
      mark: members.map(({ mark }) => mark).reduce(stricterMark),
      lineage: [],
      fields: new Map(),
      wireNames: new Map(),
    };
    this.#unions.set(key, union);
    this.#members.set(union, members);
    // Queued behind its members, which were registered before it.
    this.fillLater(() => {
      for (const member of members) {
        for (const [name, field] of member.fields) this.uniteField(union.fields, name, field);
        for (const [property, name] of member.wireNames) union.wireNames.set(property, name);
      }
      for (const [name, field] of union.fields) {
        const isLoggable = members.every(member => member.fields.get(name)?.isLoggable);
        union.fields.set(name, { ...field, isLoggable });
      }
    });
    return union;
  }

  uniteField(fields: Map<string, Field>, name: string, field: Field): void {
    const known = fields.get(name);
    const shape = known?.shape && field.shape ? this.#either(known.shape, field.shape) : (known?.shape ?? field.shape);
    const mark = known ? stricterMark(known.mark, field.mark) : field.mark;
    const isLoggable = field.isLoggable && known?.isLoggable !== false;
    fields.set(name, { key: field.key, mark, isLoggable, shape });
  }

  #either(one: Shape, other: Shape): Shape {
    if (one === other) return one;
    const plans = [one, other].map(shape => {
      const inner = shape.kind === 'values' ? shape.of : shape;
      return inner.kind === 'choice' ? inner.otherwise : inner;
    });
    return inContainer(one.kind === 'values' && other.kind === 'values' ? 'map' : undefined, this.unionOf(plans));
  }
}

/** Whether the plan's class is the other's or derived from it. */
function isKindOf(plan: Plan, other: Plan): boolean {
  const [ownClass] = other.lineage;
  return ownClass !== undefined && plan.lineage.includes(ownClass);
}

export function inContainer(container: 'map' | undefined, of: Plan | Choice): Shape {
  return container === 'map' ? { kind: 'values', of } : of;
}
