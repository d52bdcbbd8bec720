import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa from 'koa';
import { createLogging, fileSink, Logged, type Logging, type Sink } from 'logged-controllers';
import { useKoaServer } from 'routing-controllers';
import type { Answer, Order } from './messages';
import { OrdersController } from './orders-app';
import { UseMeter } from './use-meter';
import { type Variant, VARIANTS } from './variants';

// One server under test, in its own process, so that its CPU is its own and only its variant patches the host.

/** A variant's logging, and how to clear away what it wrote. */
interface Arrangement {
  readonly logging: Logging | undefined;
  readonly removeTraces: () => Promise<void>;
}

interface Destination {
  readonly sink: Sink;
  readonly removeTraces: () => Promise<void>;
}

const NO_TRACES = async () => {};
const NULL_SINK: Sink = { name: 'null', write: async () => {} };

async function fileDestination(): Promise<Destination> {
  const directory = await mkdtemp(join(tmpdir(), 'logged-bench-'));
  return { sink: fileSink({ directory }), removeTraces: () => rm(directory, { recursive: true, force: true }) };
}

async function mongoDestination(): Promise<Destination> {
  const { mongoSink } = await import('logged-controllers/mongo');
  const { MongoClient } = await import('mongodb');
  const url = process.env['MONGODB_URL']!;
  const database = `logged_bench_${process.pid}`;
  return {
    sink: mongoSink({ url, database, deadLetterFile: false }),
    removeTraces: async () => {
      const client = new MongoClient(url);
      await client.db(database).dropDatabase();
      await client.close();
    },
  };
}

async function destinationOf(variant: Variant): Promise<Destination> {
  if (variant === 'file sink') return fileDestination();
  if (variant === 'mongo sink') return mongoDestination();
  return { sink: NULL_SINK, removeTraces: NO_TRACES };
}

async function arrange(variant: Variant): Promise<Arrangement> {
  if (variant === 'bare') return { logging: undefined, removeTraces: NO_TRACES };
  Logged(variant === 'unlogged' ? false : {})(OrdersController);
  const { sink, removeTraces } = await destinationOf(variant);
  const logging = createLogging({ service: 'bench', sinks: [sink], enabled: variant !== 'disabled' });
  return { logging, removeTraces };
}

async function listen(logging: Logging | undefined): Promise<number> {
  const app = new Koa();
  if (logging) app.use(logging.middleware());
  useKoaServer(app, { controllers: [OrdersController], defaultErrorHandler: logging === undefined });
  const server = app.listen(0, '127.0.0.1');
  // Connections stay open while the other servers have their turn.
  server.keepAliveTimeout = 3_600_000;
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function deliveredRecords(logging: Logging | undefined): number {
  const lanes = Object.values(logging?.stats().sinks ?? {});
  return lanes.reduce((sum, { delivered }) => sum + delivered, 0);
}

function answer(message: Answer): void {
  process.send?.(message);
}

async function serve(variant: Variant): Promise<void> {
  const { logging, removeTraces } = await arrange(variant);
  const meter = new UseMeter(
    async () => logging?.flush(),
    () => deliveredRecords(logging),
  );

  async function close(): Promise<void> {
    await logging?.close({ deadlineMs: 2_000 });
    await removeTraces();
    process.exit();
  }

  async function obey(order: Order): Promise<void> {
    if (order === 'close') return close();
    if (order === 'end') return answer({ kind: 'used', use: await meter.end() });
    meter.begin();
    answer({ kind: 'begun' });
  }

  process.on('message', order => void obey(order as Order));
  // The bench is gone, even if it was killed: nothing of it may stay behind. Ctrl-C reaches this process too, and must
  // not end it before its files are removed.
  process.once('disconnect', () => void close());
  process.on('SIGINT', () => {});
  answer({ kind: 'listening', port: await listen(logging) });
}

const variant = VARIANTS.find(name => name === process.argv[2]);
if (!variant || !process.send) {
  throw new Error('This file is started by bench/overhead.ts, one process for each variant.');
}
void serve(variant);
