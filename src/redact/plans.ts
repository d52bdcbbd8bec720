import { type Class, markOfClass, markedProperties } from '../decorators/metadata';
import type { SensitiveMark } from '../decorators/sensitive';
import type { PlanId } from '../record/snapshot';
import { type DeclaredType, type DtoMetadata, dtoClass } from './dto-metadata';
import type { NameRules } from './name-rules';
import { type ActiveMark, type Choice, type Field, type Plan, REDACT, type Shape, stricterMark } from './plan';

type Draft = Plan & { fields: Map<string, Field>; wireNames: Map<string, string> };

/**
 * Compiles each class once, at its first use. A draft is registered before its fields are filled in, so classes that
 * refer to themselves or to each other meet the very plan that is being compiled.
 */
export class Plans {
  readonly #metadata: DtoMetadata;
  readonly #names: NameRules;
  readonly #disabled: boolean;
  readonly #byId: Plan[] = [];
  readonly #byClass = new WeakMap<Class, Plan>();
  readonly #unions = new Map<string, Plan>();
  readonly #members = new Map<Plan, readonly Plan[]>();
  readonly #unfilled: (() => void)[] = [];
  readonly #bare: Plan;

  constructor(metadata: DtoMetadata, names: NameRules, disabled: boolean) {
    this.#metadata = metadata;
    this.#names = names;
    this.#disabled = disabled;
    this.#bare = this.#register(null);
  }

  planOf(type: Class): Plan {
    const plan = this.#open(type);
    for (let fill = this.#unfilled.shift(); fill; fill = this.#unfilled.shift()) fill();
    return plan;
  }

  get(id: PlanId): Plan | undefined {
    return this.#byId[id];
  }

  /** A field of this name, judged by its mark, else by its type's, else by its names. */
  fieldOf(name: string, mark: SensitiveMark | undefined, shape: Shape | null, type?: Class): Field {
    const verdict = this.#names.verdictOf(name);
    const stated = mark ?? (type && markOfClass(type));
    if (this.#disabled || stated === false) return { key: verdict.key, mark: null, shape };
    return { key: verdict.key, mark: stated ?? (verdict.sensitive ? REDACT : null), shape };
  }

  #open(type: Class): Plan {
    const known = this.#byClass.get(type);
    if (known) return known;
    const mark = this.#disabled ? null : activeMark(markOfClass(type));
    const properties = dtoClass(type) ? this.#metadata.propertiesOf(type) : new Set<string>();
    // Most classes of an application are never marked; they need no number of their own.
    const plan = properties.size === 0 && mark === null ? this.#bare : this.#register(mark);
    this.#byClass.set(type, plan);
    if (plan !== this.#bare) this.#unfilled.push(() => this.#fill(plan as Draft, type, properties));
    return plan;
  }

  #register(mark: ActiveMark | null): Draft {
    const plan: Draft = { kind: 'class', id: this.#byId.length, mark, fields: new Map(), wireNames: new Map() };
    this.#byId.push(plan);
    return plan;
  }

  #fill(plan: Draft, type: Class, properties: ReadonlySet<string>): void {
    const marks = markedProperties(type);
    for (const property of properties) {
      const declared = this.#metadata.typeOf(type, property);
      const shape = this.#shapeOf(declared);
      const field = this.fieldOf(property, marks.get(property), shape, declared.type);
      addField(plan.fields, property, field);
      const exposed = this.#metadata.exposedName(type, property);
      if (exposed === undefined || exposed === property) continue;
      const isExempt = marks.get(property) === false;
      const underExposed = this.fieldOf(exposed, isExempt ? false : (field.mark ?? undefined), shape, declared.type);
      plan.wireNames.set(property, exposed);
      addField(plan.fields, exposed, underExposed);
      addField(plan.fields, property, { ...field, mark: stricterMark(field.mark, underExposed.mark) });
      if (marks.get(property)) this.#names.learn(exposed);
    }
  }

  #shapeOf({ container, type, discriminator }: DeclaredType): Shape | null {
    const plan = type && this.#open(type);
    if (discriminator === undefined) return plan ? wrap(container, plan) : null;
    const subTypes = discriminator.subTypes.map(({ name, type: subType }) => [name, this.#open(subType)] as const);
    const candidates = subTypes.map(([, subPlan]) => subPlan);
    if (plan) candidates.push(plan);
    if (candidates.length === 0) return null;
    const { property } = discriminator;
    return wrap(container, {
      kind: 'choice',
      property,
      plans: new Map(subTypes),
      otherwise: this.#unionOf(candidates),
    });
  }

  /** One plan that redacts whatever any of the given does. */
  #unionOf(plans: readonly Plan[]): Plan {
    const members = [...new Set(plans.flatMap(plan => this.#members.get(plan) ?? [plan]))].sort((a, b) => a.id - b.id);
    if (members.length === 1) return members[0]!;
    const key = members.map(({ id }) => id).join();
    const known = this.#unions.get(key);
    if (known) return known;
    const union = this.#register(members.map(({ mark }) => mark).reduce(stricterMark));
    this.#unions.set(key, union);
    this.#members.set(union, members);
    // Queued behind its members, which were opened before it.
    this.#unfilled.push(() => {
      for (const member of members) {
        for (const [name, field] of member.fields) this.#uniteField(union.fields, name, field);
        for (const [property, name] of member.wireNames) union.wireNames.set(property, name);
      }
    });
    return union;
  }

  #uniteField(fields: Map<string, Field>, name: string, field: Field): void {
    const known = fields.get(name);
    const shape = known?.shape && field.shape ? this.#either(known.shape, field.shape) : (known?.shape ?? field.shape);
    addField(fields, name, { ...field, shape });
  }

  #either(one: Shape, other: Shape): Shape {
    if (one === other) return one;
    const plans = [one, other].map(shape => {
      const inner = shape.kind === 'values' ? shape.of : shape;
      return inner.kind === 'choice' ? inner.otherwise : inner;
    });
    return wrap(one.kind === 'values' && other.kind === 'values' ? 'map' : undefined, this.#unionOf(plans));
  }
}

function activeMark(mark: SensitiveMark | undefined): ActiveMark | null {
  return mark || null;
}

function wrap(container: 'map' | undefined, of: Plan | Choice): Shape {
  return container === 'map' ? { kind: 'values', of } : of;
}

function addField(fields: Map<string, Field>, name: string, field: Field): void {
  const known = fields.get(name);
  fields.set(name, known ? { ...field, mark: stricterMark(known.mark, field.mark) } : field);
}
