import type { ActionBinding, BoundParameter } from '../capture/action-binding';
import { returnTypeOf } from '../decorators/metadata';
import { dtoClass } from '../redact/dto-metadata';
import type { DescribedField } from '../redact/describe-fields';
import type { Redactor } from '../redact/redactor';
import type { CoverageField, CoverageReport, CoverageRoute, FieldPlace, RouteLogging } from './coverage-report';
import { adviceOn, adviceOnBody, Warnings } from './warnings';

type FieldSource = Pick<Redactor, 'fieldsOf' | 'fieldsOfResponse'>;

/** Lists for every action which fields it takes and what becomes of them. */
export function coverActions(actions: readonly ActionBinding[], source: FieldSource): Omit<CoverageReport, 'source'> {
  const warnings = new Warnings();
  const routes: CoverageRoute[] = [];
  const fields: CoverageField[] = [];
  for (const binding of actions) {
    const route = describeRoute(binding);
    routes.push(route);
    const ofRoute: [CoverageField, DescribedField][] = [];
    const add = (side: CoverageField['side'], place: FieldPlace, found: readonly DescribedField[]) => {
      for (const field of found) ofRoute.push([describeField(route, side, place, field), field]);
    };
    for (const parameter of binding.parameters) {
      add('request', placeOf(parameter), source.fieldsOf(parameter, parameter.declaredType));
    }
    const result = dtoClass(returnTypeOf(binding.controller, binding.action));
    if (result) add('response', 'body', source.fieldsOfResponse(result));
    fields.push(...unique(ofRoute.map(([field]) => field)));
    warn(binding, route, ofRoute, warnings);
  }
  return { routes, fields, warnings: warnings.list() };
}

function describeRoute({ method, route, controller, action, logged }: ActionBinding): CoverageRoute {
  const logging: RouteLogging = logged === undefined ? 'not-logged' : logged === false ? 'switched-off' : 'logged';
  return { id: `${method} ${route}`, method, route, controller: controller.name, action, logging };
}

function describeField(
  { id: route, controller, action, logging }: CoverageRoute,
  side: CoverageField['side'],
  place: FieldPlace,
  { path, owner, type, mode, by }: DescribedField,
): CoverageField {
  const id = `${route} ${[side === 'response' ? 'response' : place, path].filter(part => part !== '').join('.')}`;
  return { id, route, controller, action, logging, side, place, path, owner, type, mode, by };
}

function placeOf({ in: place }: BoundParameter): FieldPlace {
  return place === 'body-field' ? 'body' : place;
}

/** Sub types of one discriminator share fields, which need telling once. */
function unique(fields: readonly CoverageField[]): CoverageField[] {
  return [...new Map(fields.map(field => [`${field.id} ${field.owner} ${field.mode}`, field])).values()];
}

function warn(
  { parameters, warnings: ofBinding }: ActionBinding,
  route: CoverageRoute,
  fields: readonly (readonly [CoverageField, DescribedField])[],
  warnings: Warnings,
): void {
  const action = `${route.controller}.${route.action}`;
  if (route.logging === 'not-logged') return warnOfUnlogged(route, action, fields, warnings);
  if (route.logging === 'switched-off') return;
  const isBodyRecorded = fields.some(([{ place, path, mode }]) => place === 'body' && path === '' && mode === 'none');
  const body = parameters.find(({ in: place, name }) => place === 'body' && name === undefined);
  const onBody = body && isBodyRecorded ? adviceOnBody(body.declaredType, action) : null;
  if (onBody) warnings.add(route.id, onBody);
  for (const { code, message } of ofBinding) {
    if (code === 'INHERITED_PARAMETERS') {
      warnings.add(route.id, { kind: 'inherited-parameters', where: action, message });
    }
  }
  for (const [{ place }, field] of fields) {
    // Of a body as a whole it was said above.
    const advice = place === 'body' && field.path === '' ? null : adviceOn(field, action, place);
    if (advice) warnings.add(route.id, advice);
  }
}

/** `@Logged(false)` is a decision; a route that nobody decided on, with marks under it, is usually an oversight. */
function warnOfUnlogged(
  { id }: CoverageRoute,
  action: string,
  fields: readonly (readonly [CoverageField, DescribedField])[],
  warnings: Warnings,
): void {
  const marked = fields.find(([{ mode, by }]) => mode !== 'none' && (by === 'mark' || by === 'class'));
  if (!marked) return;
  const { owner, property, path } = marked[1];
  warnings.add(id, {
    kind: 'mark-without-record',
    where: action,
    message:
      `${action} is not logged, although ${owner === null ? `its parameter "${path}"` : `${owner}.${property}`} is marked ` +
      '@Sensitive: only failures become records, if `unmatched` allows. Add @Logged(), or @Logged(false) if that is meant.',
  });
}
