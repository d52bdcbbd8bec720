import type { Arrangement } from './arrangement';

/** routing-controllers on Koa, nothing else. */
export async function bare(): Promise<Arrangement> {
  return { middleware: [], flush: async () => {}, recorded: () => 0, close: async () => {} };
}
