import type { PlanId, Snapshot, TypeHint } from '../record/snapshot';
import { CHANNELS } from './facts';
import type { Plan, Shape } from './plan';
import type { KnownClasses } from './snapshot-redactor';

/** Tells which snapshots cannot leave this thread: those that a function given to `@Sensitive` may be called for. */
export class FunctionUse {
  readonly #classes: KnownClasses;
  #plansSeen = 0;
  #parametersSeen = 0;
  readonly #callingPlans = new Set<Plan>();
  readonly #callingParameters = new Set<PlanId>();

  constructor(classes: KnownClasses) {
    this.#classes = classes;
  }

  isNeededBy({ parameters, response }: Snapshot): boolean {
    this.#lookAtNew();
    if (this.#callingPlans.size === 0 && this.#callingParameters.size === 0) return false;
    if (parameters !== null && this.#callingParameters.has(parameters)) return true;
    return response.body.kind === 'text' && response.body.hint !== null && this.#calls(response.body.hint);
  }

  #lookAtNew(): void {
    const { plans, parameters } = this.#classes;
    if (plans.size === this.#plansSeen && parameters.length === this.#parametersSeen) return;
    for (let id = this.#plansSeen; id < plans.size; id++) {
      const plan = plans.get(id)!;
      if (this.#reachesFunction(plan)) this.#callingPlans.add(plan);
    }
    for (let id = this.#parametersSeen; id < parameters.length; id++) {
      const channels = parameters[id]!;
      if (CHANNELS.some(channel => channels[channel] && this.#reachesFunction(channels[channel]))) {
        this.#callingParameters.add(id);
      }
    }
    this.#plansSeen = plans.size;
    this.#parametersSeen = parameters.length;
  }

  #reachesFunction(from: Plan): boolean {
    const seen = new Set<Plan>([from]);
    for (const plan of seen) {
      if (plan.mark?.mode === 'custom') return true;
      for (const { mark, shape } of plan.fields.values()) {
        if (mark?.mode === 'custom') return true;
        if (shape) for (const inner of plansIn(shape)) seen.add(inner);
      }
    }
    return false;
  }

  #calls(hint: TypeHint): boolean {
    const pending: (TypeHint | null)[] = [hint];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === null || next === 'unknown') continue;
      const id = typeof next === 'number' ? next : 'plan' in next ? next.plan : undefined;
      const plan = id === undefined ? undefined : this.#classes.plans.get(id);
      if (plan && this.#callingPlans.has(plan)) return true;
      if (typeof next === 'number') continue;
      if ('each' in next) pending.push(next.each);
      else pending.push(...('items' in next ? next.items : Object.values(next.properties)));
    }
    return false;
  }
}

function plansIn(shape: Shape): readonly Plan[] {
  if (shape.kind === 'values') return plansIn(shape.of);
  return shape.kind === 'choice' ? [...shape.plans.values(), shape.otherwise] : [shape];
}
