import 'reflect-metadata';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { createLogging, fileSink } from '../../src';

// A process that answers one request, has nothing else to do and must then end by itself. Its argument: a folder.
const logging = createLogging({
  worker: true,
  unmatched: 'all',
  sinks: [fileSink({ directory: process.argv[2]! })],
});
const app = new Koa();
app.use(logging.middleware());
const server = createServer((request, response) => void app.callback()(request, response));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  get({ port, host: '127.0.0.1', agent: false }, response => {
    response.resume().on('end', () => {
      server.close();
      if (process.argv[3] === 'close') void logging.close();
    });
  });
});
