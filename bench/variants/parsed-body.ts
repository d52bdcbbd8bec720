import type { Context } from 'koa';

/** What koa-bodyparser has left; its types are not among ours. */
export function bodyOf(context: Context | undefined): unknown {
  return (context?.request as { readonly body?: unknown } | undefined)?.body;
}
