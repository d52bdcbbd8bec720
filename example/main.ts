import { once } from 'node:events';
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

  const stop = async (): Promise<void> => {
    // Requests under way may end in peace, and only then is the logging closed: their records are still to come.
    server.close();
    setTimeout(() => server.closeAllConnections(), 5_000).unref();
    await once(server, 'close');
    await logging.close({ deadlineMs: 5_000 });
    await destination.release();
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
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
