import { Type } from 'class-transformer';
import { IsOptional, IsString, ValidateNested } from 'class-validator';
import type { Sensitive } from 'logged-controllers';
import { Body, JsonController, Post } from 'routing-controllers';
import { type RequestSource, requestText } from './workloads';

const ROUTES_OF_A_CONTROLLER = 10;

/** An application of any size. Classes beyond the routes are nested in the others. */
export interface GeneratedApp {
  readonly name: 'generated';
  readonly routes: number;
  readonly classes: number;
  /** Whether its classes use `@Sensitive`; without it, the application does not load this package at all. */
  readonly isMarked: boolean;
}

type Dto = new () => object;

function decorate(target: object, property: string, type: unknown, decorators: readonly PropertyDecorator[]): void {
  Reflect.defineMetadata('design:type', type, target, property);
  for (const each of decorators) each(target, property);
}

function makeDto(number: number, sensitive: readonly PropertyDecorator[]): Dto {
  const name = `Dto${number}`;
  const dto = { [name]: class {} }[name]!;
  decorate(dto.prototype, 'title', String, [IsString()]);
  decorate(dto.prototype, 'note', String, [IsString()]);
  decorate(dto.prototype, `secret${number}`, String, [IsString(), ...sensitive]);
  return dto;
}

function nest(inner: Dto, place: number, outer: Dto): void {
  decorate(outer.prototype, `part${place}`, inner, [IsOptional(), ValidateNested(), Type(() => inner)]);
}

/** Node loads it as soon as one of its decorators is asked for, as with an application's own imports. */
async function sensitiveDecorator(): Promise<PropertyDecorator> {
  const { Sensitive: make } = (await import('logged-controllers')) as { Sensitive: typeof Sensitive };
  return make();
}

function makeController(number: number, dtos: readonly Dto[]): new () => object {
  const name = `Controller${number}`;
  const controller = { [name]: class {} }[name]!;
  const prototype = controller.prototype as Record<string, unknown>;
  for (const [place, dto] of dtos.entries()) {
    const action = `action${place}`;
    prototype[action] = async (body: object) => body;
    Reflect.defineMetadata('design:paramtypes', [dto], prototype, action);
    Body()(prototype, action, 0);
    Post(`/${action}`)(prototype, action);
  }
  JsonController(`/controller${number}`)(controller);
  return controller;
}

export async function generateControllers({
  routes,
  classes,
  isMarked,
}: GeneratedApp): Promise<readonly (new () => object)[]> {
  const sensitive = isMarked ? [await sensitiveDecorator()] : [];
  const dtos = Array.from({ length: classes }, (_, number) => makeDto(number, sensitive));
  const outer = dtos.slice(0, routes);
  for (const [place, inner] of dtos.slice(routes).entries()) {
    nest(inner, Math.floor(place / routes), outer[place % routes]!);
  }
  return Array.from({ length: Math.ceil(routes / ROUTES_OF_A_CONTROLLER) }, (_, number) => {
    const first = number * ROUTES_OF_A_CONTROLLER;
    const count = Math.min(ROUTES_OF_A_CONTROLLER, routes - first);
    return makeController(
      number,
      Array.from({ length: count }, (_each, place) => outer[(first + place) % outer.length]!),
    );
  });
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Distance that leads through all routes, and spreads any few requests in a row over all of them: a router asks them one
 * after the other, so a late one costs more than an early one.
 */
function strideThrough(routes: number): number {
  let stride = Math.round(routes * 0.618);
  while (greatestCommonDivisor(routes, stride) !== 1) stride += 1;
  return stride;
}

/** Visits all routes, each with a body of its class and, where there are some, of a nested one. */
export function generatedRequests({ routes, classes }: GeneratedApp): RequestSource {
  const requests = Array.from({ length: routes }, (_, route) => {
    const number = route % Math.min(routes, classes);
    const body = (of: number): object => ({ title: 'An order', note: 'Please ring twice.', [`secret${of}`]: 'x4f1c9' });
    const nested = routes + route < classes ? { part0: body(routes + route) } : {};
    const text = JSON.stringify({ ...body(number), ...nested });
    const path = `/controller${Math.floor(route / ROUTES_OF_A_CONTROLLER)}/action${route % ROUTES_OF_A_CONTROLLER}`;
    return requestText(`POST ${path} HTTP/1.1`, text);
  });
  const stride = strideThrough(routes);
  let route = 0;
  return () => {
    route = (route + stride) % routes;
    return requests[route]!;
  };
}
