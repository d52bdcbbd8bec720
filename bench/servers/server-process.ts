import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { useKoaServer } from 'routing-controllers';
import { controllersOf, type AppSettings } from '../apps/apps';
import type { Arrangement, VariantSettings } from '../variants/arrangement';
import { type VariantName, variantOf } from '../variants/variants';
import { obey } from './orders';
import { UseMeter } from './use-meter';

// One server under test, in its own process, so that its CPU is its own and only its variant patches the host.

export interface ServerSettings extends VariantSettings {
  readonly variant: VariantName;
  readonly app: AppSettings;
}

export interface Started {
  readonly port: number;
  /** From loading the controllers until the server listens, in milliseconds. */
  readonly startMs: number;
}

let arrangement: Arrangement | undefined;
let meter: UseMeter;

async function listen({ middleware, logging }: Arrangement, controllers: ReturnType<typeof controllersOf>) {
  const app = new Koa();
  for (const each of middleware) app.use(each);
  useKoaServer(app, { controllers: [...controllers], defaultErrorHandler: logging === undefined });
  const server = app.listen(0, '127.0.0.1');
  // Connections stay open while the other servers have their turn.
  server.keepAliveTimeout = 3_600_000;
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function startServer({ variant, app, ...settings }: ServerSettings): Promise<Started> {
  const start = performance.now();
  const controllers = controllersOf(app);
  const arranged = await variantOf(variant).arrange(controllers, settings);
  const port = await listen(arranged, controllers);
  arrangement = arranged;
  meter = new UseMeter(arranged.flush, arranged.recorded);
  return { port, startMs: performance.now() - start };
}

const orders = {
  start: startServer,
  begin: () => meter.begin(),
  end: () => meter.end(),
};

export type ServerOrders = typeof orders;

obey(orders, async () => arrangement?.close());
