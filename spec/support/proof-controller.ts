import {
  Body,
  CookieParam,
  Ctx,
  Get,
  HeaderParam,
  JsonController,
  Param,
  Post,
  QueryParam,
  QueryParams,
} from 'routing-controllers';
import type { Context } from 'koa';
import { Logged, Sensitive } from '../../src';
import type { DtoGraph } from './dto-graphs';
import { PLAIN } from './neutral-names';

/** What the application is to do next. */
export interface Given {
  live: unknown;
  error: unknown;
  /** A response that the host does not make. */
  raw: { readonly type: string; readonly body: string } | undefined;
}

const names = PLAIN.slice(-10);

/** Parameter names; whether they are sensitive, only the parameter's own mark says. */
export const PARAMETERS = {
  openPath: names[0]!,
  secretPath: names[1]!,
  openQuery: names[2]!,
  secretQuery: names[3]!,
  openHeader: names[4]!,
  secretHeader: names[5]!,
  openCookie: names[6]!,
  secretCookie: names[7]!,
  secretCount: names[8]!,
  filter: names[9]!,
} as const;

const { openPath, secretPath, openQuery, secretQuery, openHeader, secretHeader, openCookie, secretCookie } = PARAMETERS;

/** A controller for the classes of one graph, with an action for each way that a value can take. */
export function makeController({ root, flat }: DtoGraph, given: Given) {
  @Logged()
  @JsonController('/proof')
  class ProofController {
    @Post('/echo') echo(@Body({ type: root.dto, validate: { groups: ['lenient'] } }) body: unknown) {
      return body;
    }
    @Post('/take') take(@Body({ type: root.dto, validate: false }) body: unknown) {
      return { taken: typeof body };
    }
    @Post('/list') list(@Body({ type: root.dto, validate: false }) body: unknown) {
      return { taken: typeof body };
    }
    @Post('/strict') strict(@Body({ type: root.dto, validate: { groups: ['strict'] } }) body: unknown) {
      return { taken: typeof body };
    }
    @Post('/flat') flat(@Body({ type: flat.dto, validate: false }) body: unknown) {
      return { taken: typeof body };
    }
    @Post('/fail') fail(@Body({ type: root.dto, validate: false }) _body: unknown) {
      throw given.error as Error;
    }
    @Post('/untyped') untyped(@Body() body: object) {
      return body;
    }
    @Get('/live') live() {
      return given.live;
    }
    @Get('/raw') raw(@Ctx() context: Context) {
      return Object.assign(context, given.raw);
    }
    @Get('/search') search(@QueryParams({ type: flat.dto, validate: false }) query: object) {
      return { taken: typeof query };
    }
    @Get('/filter') filter(@QueryParam(PARAMETERS.filter, { type: flat.dto, validate: false }) filter: object) {
      return { taken: typeof filter };
    }
    @Get('/count') count(@QueryParam(PARAMETERS.secretCount) @Sensitive() count: number) {
      return { taken: typeof count };
    }
    @Get(`/find/:${openPath}/:${secretPath}`) find(
      @Param(openPath) _open: string,
      @Param(secretPath) @Sensitive() _secret: string,
      @QueryParam(openQuery) _openQuery: string,
      @QueryParam(secretQuery) @Sensitive({ mode: 'mask', keepLast: 1 }) _secretQuery: string,
      @HeaderParam(openHeader) _openHeader: string,
      @HeaderParam(secretHeader) @Sensitive() _secretHeader: string,
      @CookieParam(openCookie) @Sensitive(false) _openCookie: string,
      @CookieParam(secretCookie) @Sensitive() _secretCookie: string,
      @Ctx() context: Context,
    ) {
      if (given.error !== undefined) throw new Error(`cannot GET ${context.originalUrl}`, { cause: given.error });
      return { taken: 'all' };
    }
  }
  return ProofController;
}
