import {
  type Class,
  hasSensitiveClasses,
  isLoggableProperty,
  markOfClass,
  markedProperties,
} from '../decorators/metadata';
import type { SensitiveMark } from '../decorators/sensitive-mark';
import { type DeclaredType, type DtoMetadata, dtoClass } from './dto-metadata';
import type { NameRules } from './name-rules';
import { type Draft, inContainer, KnownPlans } from './known-plans';
import { type ActiveMark, type Field, type Plan, REDACT, type Shape, stricterMark } from './plan';

/** What decorators say of a property or a parameter. */
export interface FieldMarks {
  readonly mark?: SensitiveMark | undefined;
  readonly isLoggable?: boolean | undefined;
}

/**
 * Compiles each class once, at its first use. A draft is registered before its fields are filled in, so classes that
 * refer to themselves or to each other meet the very plan that is being compiled.
 */
export class Plans {
  readonly #metadata: DtoMetadata;
  readonly #names: NameRules;
  readonly #disabled: boolean;
  readonly #byClass = new WeakMap<Class, Plan>();
  readonly #classNumbers = new WeakMap<object, number>();
  #lastClassNumber = 0;
  readonly #bare: Plan;

  constructor(
    metadata: DtoMetadata,
    names: NameRules,
    disabled: boolean,
    readonly known = new KnownPlans(),
  ) {
    this.#metadata = metadata;
    this.#names = names;
    this.#disabled = disabled;
    this.#bare = known.register(known.size, null, []);
  }

  planOf(type: Class): Plan {
    const plan = this.#open(type);
    this.known.fillAll();
    return plan;
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
    const isBare = properties.size === 0 && mark === null;
    const plan = isBare ? this.#bare : this.known.register(this.known.size, mark, this.#lineageOf(type));
    this.#byClass.set(type, plan);
    if (plan === this.#bare) return plan;
    this.known.fillLater(() => this.#fill(plan as Draft, type, properties));
    return plan;
  }

  /** The class and those that it derives from, as numbers. */
  #lineageOf(type: Class): readonly number[] {
    const lineage: number[] = [];
    for (let at: unknown = type; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
      let number = this.#classNumbers.get(at);
      if (number === undefined) this.#classNumbers.set(at, (number = ++this.#lastClassNumber));
      lineage.push(number);
    }
    return lineage;
  }

  #fill(plan: Draft, type: Class, properties: ReadonlySet<string>): void {
    const marks = markedProperties(type);
    for (const property of properties) {
      const declared = this.#metadata.typeOf(type, property);
      const shape = this.#shapeOf(declared);
      const stated = marks.get(property);
      const isLoggable = isLoggableProperty(type, property);
      // Members of any class follow every marked name; a class that is marked as a whole may have no such name.
      const mayBeSensitive = declared.dependsOnObject && !declared.discriminator && hasSensitiveClasses();
      const assumed = stated ?? (mayBeSensitive ? REDACT : undefined);
      const field = this.fieldOf(property, { mark: assumed, isLoggable }, shape, declared.type);
      let { mark } = field;
      const [sentAs, ...others] = this.#metadata.exposedNames(type, property);
      if (sentAs !== undefined && sentAs !== property) plan.wireNames.set(property, sentAs);
      for (const name of sentAs === undefined ? [] : [sentAs, ...others]) {
        if (name === property) continue;
        const asStated = stated === false ? false : (field.mark ?? undefined);
        const underName = this.fieldOf(name, { mark: asStated, isLoggable }, shape, declared.type);
        this.known.uniteField(plan.fields, name, underName);
        mark = stricterMark(mark, underName.mark);
        if (stated) this.#names.learn(name);
      }
      this.known.uniteField(plan.fields, property, { ...field, mark });
    }
  }

  #shapeOf({ container, type, discriminator }: DeclaredType): Shape | null {
    const plan = type && this.#open(type);
    if (discriminator === undefined) return plan ? inContainer(container, plan) : null;
    const subTypes = discriminator.subTypes.map(({ name, type: subType }) => [name, this.#open(subType)] as const);
    const candidates = subTypes.map(([, subPlan]) => subPlan);
    if (plan) candidates.push(plan);
    if (candidates.length === 0) return null;
    const { property } = discriminator;
    return inContainer(container, {
      kind: 'choice',
      property,
      plans: new Map(subTypes),
      otherwise: this.known.unionOf(candidates),
    });
  }
}

function activeMark(mark: SensitiveMark | undefined): ActiveMark | null {
  return mark || null;
}
