import { ScriptedMongoServer } from '../../spec/support/scripted-mongo-server';
import { obey } from './orders';

// The server of the specs that speaks MongoDB's protocol, in a process of its own. It is no MongoDB: it keeps nothing but
// the ids of what it was sent, so that records can be counted.

const TAKE_OVER_MS = 50;

const ids = new Set<string>();
let repeated = 0;
let server: ScriptedMongoServer;

/** Moves ids over and forgets the documents. */
function takeOver(): void {
  for (const command of server.commands('insert')) {
    for (const { _id: id } of command['documents'] as { _id: unknown }[]) {
      if (ids.has(String(id))) repeated += 1;
      ids.add(String(id));
    }
  }
  server.reset();
}

const orders = {
  async start(): Promise<{ readonly url: string }> {
    server = await ScriptedMongoServer.start();
    setInterval(takeOver, TAKE_OVER_MS);
    return { url: server.url };
  },
  /** Different documents that came, and how many came again. */
  stored(): { readonly stored: number; readonly repeated: number } {
    takeOver();
    return { stored: ids.size, repeated };
  },
  /** Breaks all connections, and refuses new ones. */
  stop: () => server.stop(),
  restart: () => server.restart(),
};

export type MongoOrders = typeof orders;

obey(orders, async () => server?.stop());
