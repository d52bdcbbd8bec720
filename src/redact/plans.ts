import { type Class, isLoggableProperty, markOfClass, markedProperties } from '../decorators/metadata';
import type { SensitiveMark } from '../decorators/sensitive-mark';
import type { PlanId } from '../record/snapshot';
import { type DeclaredType, type DtoMetadata, dtoClass } from './dto-metadata';
import type { NameRules } from './name-rules';
import { type ActiveMark, type Choice, type Field, type Plan, REDACT, type Shape, stricterMark } from './plan';

/** What decorators say of a property or a parameter. */
export interface FieldMarks {
  readonly mark?: SensitiveMark | undefined;
  readonly isLoggable?: boolean | undefined;
}

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
  readonly #classes = new Map<Plan, Class>();
  readonly #refined = new Map<Plan | Choice, Map<Plan, Plan>>();
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
    this.#fillAll();
    return plan;
  }

  get(id: PlanId): Plan | undefined {
    return this.#byId[id];
  }

  /** A field of this name, judged by its mark, else by its type's, else by its names. */
  fieldOf(name: string, marks: FieldMarks, shape: Shape | null, type?: Class): Field {
    const { key, sensitive } = this.#names.verdictOf(name);
    const { isLoggable = false } = marks;
    const stated = marks.mark ?? (type && markOfClass(type));
    if (this.#disabled || stated === false) return { key, mark: null, isLoggable, shape };
    return { key, mark: stated ?? (sensitive ? REDACT : null), isLoggable, shape };
  }

  #open(type: Class): Plan {
    const known = this.#byClass.get(type);
    if (known) return known;
    const mark = this.#disabled ? null : activeMark(markOfClass(type));
    const properties = dtoClass(type) ? this.#metadata.propertiesOf(type) : new Set<string>();
    // Most classes of an application are never marked; they need no number of their own.
    const plan = properties.size === 0 && mark === null ? this.#bare : this.#register(mark);
    this.#byClass.set(type, plan);
    if (plan === this.#bare) return plan;
    this.#classes.set(plan, type);
    this.#unfilled.push(() => this.#fill(plan as Draft, type, properties));
    return plan;
  }

  #fillAll(): void {
    for (let fill = this.#unfilled.shift(); fill; fill = this.#unfilled.shift()) fill();
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
      const stated = marks.get(property);
      const isLoggable = isLoggableProperty(type, property);
      const field = this.fieldOf(property, { mark: stated, isLoggable }, shape, declared.type);
      let { mark } = field;
      const [sentAs, ...others] = this.#metadata.exposedNames(type, property);
      if (sentAs !== undefined && sentAs !== property) plan.wireNames.set(property, sentAs);
      for (const name of sentAs === undefined ? [] : [sentAs, ...others]) {
        if (name === property) continue;
        const asStated = stated === false ? false : (field.mark ?? undefined);
        const underName = this.fieldOf(name, { mark: asStated, isLoggable }, shape, declared.type);
        this.#uniteField(plan.fields, name, underName);
        mark = stricterMark(mark, underName.mark);
        if (stated) this.#names.learn(name);
      }
      this.#uniteField(plan.fields, property, { ...field, mark });
    }
  }

  /**
   * What is known of a value that is declared as `shape` and was an object of the plan's class when it was asked. Both
   * hold, because the object may have changed since it was sent; a subclass alone speaks for its parent, too.
   */
  refine(shape: Shape | null, id: PlanId): Shape | null {
    const plan = this.#byId[id];
    if (plan === undefined || shape === plan || shape?.kind === 'values') return shape;
    if (shape === null) return plan;
    let refined = this.#refined.get(shape);
    if (refined === undefined) this.#refined.set(shape, (refined = new Map<Plan, Plan>()));
    let known = refined.get(plan);
    if (known === undefined) {
      const declared = shape.kind === 'class' ? [shape] : [...shape.plans.values(), shape.otherwise];
      const candidates = declared.flatMap(candidate => this.#members.get(candidate) ?? [candidate]);
      known = candidates.some(candidate => this.#isKindOf(plan, candidate))
        ? plan
        : this.#unionOf([...candidates, plan]);
      this.#fillAll();
      refined.set(plan, known);
    }
    return known;
  }

  #isKindOf(plan: Plan, other: Plan): boolean {
    const parent = this.#classes.get(other);
    for (let type: unknown = this.#classes.get(plan); parent && typeof type === 'function';) {
      if (type === parent) return true;
      type = Object.getPrototypeOf(type);
    }
    return false;
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
      for (const [name, field] of union.fields) {
        const isLoggable = members.every(member => member.fields.get(name)?.isLoggable);
        union.fields.set(name, { ...field, isLoggable });
      }
    });
    return union;
  }

  #uniteField(fields: Map<string, Field>, name: string, field: Field): void {
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
    return wrap(one.kind === 'values' && other.kind === 'values' ? 'map' : undefined, this.#unionOf(plans));
  }
}

function activeMark(mark: SensitiveMark | undefined): ActiveMark | null {
  return mark || null;
}

function wrap(container: 'map' | undefined, of: Plan | Choice): Shape {
  return container === 'map' ? { kind: 'values', of } : of;
}
