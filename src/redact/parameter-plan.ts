import type { Class } from '../decorators/metadata';
import type { SensitiveMark } from '../decorators/sensitive-mark';
import { dtoClass } from './dto-metadata';
import { NO_PLAN_ID } from './known-plans';
import { type ActiveMark, type Field, type Plan, stricterMark } from './plan';
import type { Plans } from './plans';

/** One bound parameter of an action, whatever the host calls it. */
export interface DeclaredParameter {
  readonly in: 'body' | 'body-field' | 'query' | 'path' | 'header' | 'cookie';
  /** Absent for the whole of it: `@Body() dto`, `@QueryParams() dto`. */
  readonly name?: string;
  /** DTO class; `Object`, `Array` and other built-in types are ignored. */
  readonly type?: Class;
  /** From `@Sensitive` on the parameter. */
  readonly mark?: SensitiveMark;
  /** From `@Loggable` on the parameter. */
  readonly isLoggable?: boolean;
}

/** A part of a request that parameters are bound to. */
export type RequestChannel = 'body' | 'query' | 'path' | 'header' | 'cookie';

/** The compiled parameters of one action; a part of the request that no parameter declares has no plan. */
export type ParameterPlan = Readonly<Record<RequestChannel, Plan | null>>;

export const NO_PARAMETERS: ParameterPlan = { body: null, query: null, path: null, header: null, cookie: null };

/** The parameters of one action, told by the part of the request that they are bound to. */
export function compileParameters(parameters: readonly DeclaredParameter[], plans: Plans): ParameterPlan {
  const compiled: Record<RequestChannel, Plan | null> = { ...NO_PARAMETERS };
  for (const parameter of parameters) {
    const channel = parameter.in === 'body-field' ? 'body' : parameter.in;
    const plan = compileParameter(parameter, plans);
    if (plan === null) continue;
    const known = compiled[channel];
    compiled[channel] = known ? merge(known, plan) : plan;
  }
  if (compiled.header) compiled.header = withLowerCaseNames(compiled.header);
  return compiled;
}

function compileParameter({ name, type, mark, isLoggable }: DeclaredParameter, plans: Plans): Plan | null {
  const dto = dtoClass(type);
  const shape = dto ? plans.planOf(dto) : null;
  if (name === undefined) return mark ? withMark(shape, mark) : (shape ?? (isLoggable ? OPEN : null));
  // Neither marked nor typed: the name rules of the moment judge it, also by marks of classes that are loaded later.
  if (mark === undefined && shape === null && !isLoggable) return null;
  return single(name, plans.fieldOf(name, { mark, isLoggable }, shape, dto));
}

const NOTHING: Plan = {
  kind: 'class',
  id: NO_PLAN_ID,
  mark: null,
  lineage: [],
  fields: new Map(),
  wireNames: new Map(),
};
const OPEN: Plan = { ...NOTHING, isOpen: true };

function single(name: string, field: Field): Plan {
  return { ...NOTHING, fields: new Map([[name, field]]) };
}

function withMark(plan: Plan | null, mark: ActiveMark): Plan {
  // No longer what the class alone says.
  return { ...NOTHING, ...plan, lineage: [], mark };
}

function merge(one: Plan, other: Plan): Plan {
  const fields = new Map(one.fields);
  for (const [name, field] of other.fields) {
    const known = fields.get(name);
    const mark = stricterMark(known?.mark ?? null, field.mark);
    const isLoggable = field.isLoggable || known?.isLoggable === true;
    fields.set(name, { key: field.key, mark, isLoggable, shape: field.shape ?? known?.shape ?? null });
  }
  const isOpen = one.isOpen || other.isOpen;
  return { ...one, lineage: [], mark: stricterMark(one.mark, other.mark), ...(isOpen && { isOpen }), fields };
}

function withLowerCaseNames(plan: Plan): Plan {
  const fields = new Map([...plan.fields].map(([name, field]) => [name.toLowerCase(), field]));
  return { ...plan, lineage: [], fields };
}
