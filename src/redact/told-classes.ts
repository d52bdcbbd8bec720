import type { PlanId } from '../record/snapshot';
import { CHANNELS, type Facts, type FieldFact, type ParameterFact, type PlanFact, type ShapeFact } from './facts';
import { KnownPlans } from './known-plans';
import { NameRules } from './name-rules';
import type { ParameterPlan, RequestChannel } from './parameter-plan';
import type { Choice, Field, Plan, Shape } from './plan';
import type { KnownClasses, SnapshotRedactionOptions } from './snapshot-redactor';

/** What another thread knows of the application's classes, learned from its facts. */
export class ToldClasses implements KnownClasses {
  readonly names: NameRules;
  readonly plans = new KnownPlans();
  readonly parameters: ParameterPlan[] = [];
  #hasSensitiveClasses = false;

  constructor(options: SnapshotRedactionOptions) {
    this.names = new NameRules(options, new Set());
  }

  readonly hasSensitiveClasses = (): boolean => this.#hasSensitiveClasses;

  learn({ names = [], plans, parameters, hasSensitiveClasses }: Facts): void {
    for (const name of names) this.names.learn(name);
    const drafts = plans.map(({ id, mark, lineage }) => this.plans.register(id, mark, lineage));
    for (const [at, draft] of drafts.entries()) this.#fillLater(draft.fields, plans[at]!.fields);
    for (const fact of parameters) this.parameters.push(this.#parameterPlan(fact));
    this.plans.fillAll();
    this.#hasSensitiveClasses = hasSensitiveClasses;
  }

  /** Later, because plans refer to each other in circles, and unions are made of their members' fields. */
  #fillLater(fields: Map<string, Field>, facts: readonly FieldFact[]): void {
    this.plans.fillLater(() => {
      for (const { name, shape, ...field } of facts) {
        fields.set(name, { ...field, shape: shape === null ? null : this.#shape(shape) });
      }
    });
  }

  #parameterPlan(fact: ParameterFact): ParameterPlan {
    const entries = CHANNELS.map(channel => [channel, this.#channelPlan(fact, channel)] as const);
    return Object.fromEntries(entries) as unknown as ParameterPlan;
  }

  #channelPlan(fact: ParameterFact, channel: RequestChannel): Plan | null {
    const shape = fact[channel];
    return shape === null ? null : (this.#shape(shape) as Plan);
  }

  #shape(fact: ShapeFact): Shape {
    if (typeof fact === 'number') return this.#plan(fact);
    if ('anyOf' in fact) return this.plans.unionOf(fact.anyOf.map(id => this.#plan(id)));
    if ('values' in fact) return { kind: 'values', of: this.#shape(fact.values) as Plan | Choice };
    if ('unnumbered' in fact) return this.#unnumbered(fact.unnumbered);
    return {
      kind: 'choice',
      property: fact.property,
      plans: new Map(fact.plans.map(([name, plan]) => [name, this.#shape(plan) as Plan])),
      otherwise: this.#shape(fact.otherwise) as Plan,
    };
  }

  #plan(id: PlanId): Plan {
    const plan = this.plans.get(id);
    if (plan === undefined) throw new Error(`plan ${id} was not told`);
    return plan;
  }

  #unnumbered({ id, mark, lineage, isOpen, fields }: PlanFact): Plan {
    const filled = new Map<string, Field>();
    this.#fillLater(filled, fields);
    return { kind: 'class', id, mark, lineage, ...(isOpen && { isOpen }), fields: filled, wireNames: new Map() };
  }
}
