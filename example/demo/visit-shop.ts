import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type Koa from 'koa';
import type { Logging } from 'logged-controllers';
import { Shop } from '../shop/shop';
import { type Answer, Client } from './client';
import { FragileWarehouse, PatientBank } from './partners';
import { type DemoRequest, REQUESTS, type Scene } from './requests';
import { SECRETS } from './secrets';

/** The id under which a request's record is found: `demo-03-failed-validation`. */
export function requestIdOf(request: DemoRequest): string {
  const place = String(REQUESTS.indexOf(request) + 1).padStart(2, '0');
  return `demo-${place}-${request.name.toLowerCase().replace(/[^a-z\d]+/g, '-')}`;
}

/** Opens a shop on a free port, makes all requests, one after the other, and closes it. */
export async function visitShop(
  logging: Pick<Logging, 'annotate'>,
  createApp: (shop: Shop) => Koa,
): Promise<readonly (Answer | null)[]> {
  const [bank, warehouse] = [new PatientBank(), new FragileWarehouse()];
  const tokens = [SECRETS.customerToken, SECRETS.adminToken].values();
  const shop = new Shop(logging, { bank, warehouse, newToken: () => tokens.next().value ?? 'no more tokens' });
  await shop.hireAdmin(SECRETS.adminPassword);

  const app = createApp(shop);
  // Koa would print the errors that no handler answers; the records have them.
  app.silent = true;
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await makeRequests({ server, bank, warehouse });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function makeRequests(scene: Scene): Promise<readonly (Answer | null)[]> {
  const { port } = scene.server.address() as AddressInfo;
  const answers: (Answer | null)[] = [];
  for (const request of REQUESTS) {
    answers.push(await request.send(new Client(port, requestIdOf(request)), scene));
  }
  return answers;
}
