/**
 * What a child process can be asked for: a name, at most one argument that can be cloned, and an answer that can be cloned.
 */
export type Orders = Readonly<Record<string, (argument: never) => unknown>>;

export interface Order {
  readonly name: string;
  readonly argument: unknown;
}

export type Answer = { readonly value: unknown } | { readonly error: string };

/**
 * Answers the orders of the process that forked this one. When that one is gone, even if it was killed, nothing of this
 * one may stay behind. Ctrl-C reaches this process too, and must not end it before it has cleared away its files.
 */
export function obey(orders: Orders, close: () => Promise<void>): void {
  const answer = async ({ name, argument }: Order): Promise<Answer> => {
    try {
      return { value: await orders[name]!(argument as never) };
    } catch (error) {
      return { error: (error as Error).stack ?? String(error) };
    }
  };
  process.on('message', order => void answer(order as Order).then(given => process.send?.(given)));
  process.once('disconnect', () => void close().finally(() => process.exit()));
  process.on('SIGINT', () => {});
}
