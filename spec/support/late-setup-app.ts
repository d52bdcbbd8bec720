import 'reflect-metadata';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { Get, JsonController, useKoaServer } from 'routing-controllers';
import { createLogging, Logged, memorySink } from '../../src';

// Started as a process of its own: the host is told to report its actions once per process, which other specs have done.

@Logged()
@JsonController('/late')
class LateController {
  @Get('/') late() {
    return { password: 'canary-late' };
  }
}

const app = new Koa();
useKoaServer(app, { controllers: [LateController], defaultErrorHandler: false });

const codes: string[] = [];
const memory = memorySink();
const logging = createLogging({ sinks: [memory], onError: ({ code }) => codes.push(code) });
app.middleware.unshift(logging.middleware());

async function main(): Promise<void> {
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const statuses: number[] = [];
  for (let request = 0; request < 2; request++) {
    const response = await fetch(`http://127.0.0.1:${port}/late`);
    await response.text();
    statuses.push(response.status);
  }
  server.closeAllConnections();
  server.close();
  await logging.close();
  console.log(JSON.stringify({ statuses, codes, records: memory.records }));
}

void main();
