import type { Arrangement } from './arrangement';

/** routing-controllers on Koa, nothing else. */
export async function bare(): Promise<Arrangement> {
  return behind([]);
}

/** The least that any middleware costs. */
export async function passing(): Promise<Arrangement> {
  return behind([
    async (_context, next) => {
      await next();
    },
  ]);
}

function behind(middleware: Arrangement['middleware']): Arrangement {
  return { middleware, flush: async () => {}, recorded: () => 0, close: async () => {} };
}
