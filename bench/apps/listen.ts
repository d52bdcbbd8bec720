import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa, { type Middleware } from 'koa';
import { useKoaServer } from 'routing-controllers';
import type { Controllers } from './apps';

export interface Listening {
  readonly port: number;
  readonly server: Server;
}

/** Starts an application behind what stands in front of it. */
export async function listen(
  controllers: Controllers,
  middleware: readonly Middleware[],
  defaultErrorHandler: boolean,
): Promise<Listening> {
  const app = new Koa();
  for (const each of middleware) app.use(each);
  useKoaServer(app, { controllers: [...controllers], defaultErrorHandler });
  const server = app.listen(0, '127.0.0.1');
  // Connections stay open while the other servers have their turn.
  server.keepAliveTimeout = 3_600_000;
  // So do those that were never used, as some are at a low rate: the host would close them a minute after the connect.
  server.headersTimeout = server.requestTimeout = 0;
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}
