import type { PlanId } from '../record/snapshot';
import { CHANNELS, type Facts, type FieldFact, type ParameterFact, type PlanFact, type ShapeFact } from './facts';
import { type ActiveMark, type Plan, REDACT, type Shape } from './plan';
import type { ParameterPlan } from './parameter-plan';
import type { KnownClasses } from './snapshot-redactor';

/** Tells what is known of the application's classes, bit by bit as it becomes known. */
export class FactTeller {
  readonly #classes: KnownClasses;
  #toldNames = 0;
  #toldPlans = 0;
  #toldParameters = 0;
  #toldSensitiveClasses = false;

  constructor(classes: KnownClasses) {
    this.#classes = classes;
  }

  /** What was not told yet; `null` when there is nothing. It counts as told when {@link wasTold} says so. */
  untold(): Facts | null {
    const { names, plans, parameters, hasSensitiveClasses } = this.#classes;
    const hasNewNames = names.learnedCount !== this.#toldNames;
    const areSensitive = hasSensitiveClasses();
    const isNew = hasNewNames || plans.size > this.#toldPlans || parameters.length > this.#toldParameters;
    if (!isNew && areSensitive === this.#toldSensitiveClasses) return null;
    return {
      ...(hasNewNames && { names: names.learnedNames }),
      plans: this.#newPlans().map(plan => this.#planFact(plan)),
      parameters: parameters.slice(this.#toldParameters).map(plan => this.#parameterFact(plan)),
      hasSensitiveClasses: areSensitive,
    };
  }

  /** All that there is has arrived. */
  wasTold(): void {
    const { names, plans, parameters, hasSensitiveClasses } = this.#classes;
    this.#toldNames = names.learnedCount;
    this.#toldPlans = plans.size;
    this.#toldParameters = parameters.length;
    this.#toldSensitiveClasses = hasSensitiveClasses();
  }

  #newPlans(): readonly Plan[] {
    const { plans } = this.#classes;
    const added: Plan[] = [];
    for (let id: PlanId = this.#toldPlans; id < plans.size; id++) added.push(plans.get(id)!);
    return added;
  }

  #parameterFact(plan: ParameterPlan): ParameterFact {
    const entries = CHANNELS.map(channel => [channel, plan[channel] && this.#shapeFact(plan[channel])] as const);
    return Object.fromEntries(entries) as unknown as ParameterFact;
  }

  #planFact({ id, mark, lineage, isOpen, fields }: Plan): PlanFact {
    const fieldFacts: FieldFact[] = [];
    for (const [name, { key, mark: fieldMark, isLoggable, shape }] of fields) {
      fieldFacts.push({ name, key, mark: tellable(fieldMark), isLoggable, shape: shape && this.#shapeFact(shape) });
    }
    return { id, mark: tellable(mark), lineage, isOpen: isOpen === true, fields: fieldFacts };
  }

  #shapeFact(shape: Shape): ShapeFact {
    if (shape.kind === 'values') return { values: this.#shapeFact(shape.of) };
    if (shape.kind === 'choice') {
      const plans = [...shape.plans].map(([name, plan]) => [name, this.#shapeFact(plan)] as const);
      return { property: shape.property, plans, otherwise: this.#shapeFact(shape.otherwise) };
    }
    const { plans } = this.#classes;
    if (plans.get(shape.id) === shape) return shape.id;
    const members = plans.membersOf(shape);
    // A parameter's plan: of no class, or of one with the parameter's own mark laid over it.
    return members[0] === shape ? { unnumbered: this.#planFact(shape) } : { anyOf: members.map(({ id }) => id) };
  }
}

/** Functions stay in their thread, and with them the snapshots that need them; should one get away, it fails closed. */
function tellable(mark: ActiveMark | null): ActiveMark | null {
  return mark?.mode === 'custom' ? REDACT : mark;
}
