import { once } from 'node:events';
import { closeOnSignals, type Logging } from 'logged-controllers';
import { createApp } from './shop/app';
import { createShopLogging } from './shop/logging';
import { Shop } from './shop/shop';
import { findDestination } from './support/find-destination';

const PORT = Number(process.env['PORT'] ?? 3000);
const ADMIN_PASSWORD = process.env['SHOP_ADMIN_PASSWORD'];

async function main(): Promise<void> {
  const destination = await findDestination({ directory: '.logged', collection: 'requests' });
  const logging = createShopLogging(destination.sink);
  const shop = new Shop(logging);
  if (ADMIN_PASSWORD) await shop.hireAdmin(ADMIN_PASSWORD);
  const app = createApp(shop, logging);

  const server = app.listen(PORT);
  await once(server, 'listening');
  console.log(introduction(destination));

  const recordsThenDatabase: Pick<Logging, 'close'> = {
    async close(options) {
      await logging.close(options);
      await destination.release();
    },
  };
  // Requests under way end first: their records are still to come.
  closeOnSignals(recordsThenDatabase, { before: () => new Promise(resolve => server.close(resolve)), exit: true });
}

function introduction({ place, look }: { readonly place: string; readonly look: string }): string {
  const url = `http://localhost:${PORT}`;
  return `The shop is open at ${url}. Records go to ${place}:

  ${look}

Requests to try, each with something that must not be stored:

  curl -i ${url}/accounts/session -d email=ann@example.org -d password=guess
  curl -i ${url}/accounts -H 'content-type: application/json' -d '{"email":"ann","password":"short"}'
  curl -i '${url}/nowhere?token=secret'

Ctrl+C closes it.`;
}

void main();
