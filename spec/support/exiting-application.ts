// Run as a process of its own by `ApplicationProcess`: an application whose end a spec decides.
import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { Get, JsonController, Param, useKoaServer } from 'routing-controllers';
import {
  closeOnSignals,
  consoleSink,
  createLogging,
  fileSink,
  Logged,
  type Logging,
  type Sink,
} from 'logged-controllers';
import type { ApplicationSettings, Command, Message } from './application-process';

const settings = JSON.parse(process.argv[2] ?? '{}') as ApplicationSettings;

function end(how: string): void {
  switch (how) {
    case 'exit':
      process.exit(3);
      break;
    case 'throw':
      setImmediate(() => {
        throw new Error('nobody catches this');
      });
      break;
    case 'reject':
      void Promise.reject(new Error('nobody awaits this'));
      break;
    case 'empty':
      process.disconnect();
      server?.close();
      server?.closeAllConnections();
  }
}

@JsonController('/jobs')
class WorkController {
  @Get('/never') never() {
    return new Promise(() => {});
  }
  @Get('/:number') work(@Param('number') number: number) {
    return { number };
  }
}

async function newSink(): Promise<Sink> {
  if (settings.sink === 'console') return consoleSink({ format: 'json' });
  if (settings.sink === 'file') return fileSink({ directory: settings.directory! });
  const { mongoSink } = await import('logged-controllers/mongo');
  const clientOptions = { serverSelectionTimeoutMS: 300, minHeartbeatFrequencyMS: 50 };
  return mongoSink({ url: settings.sink!, indexes: false, clientOptions });
}

async function newLogging(): Promise<Logging | undefined> {
  if (settings.sink === undefined) return undefined;
  Logged()(WorkController);
  const logging = createLogging({
    sinks: [await newSink()],
    delivery: settings.delivery ?? {},
    worker: settings.worker ?? false,
  });
  if (settings.closeOnSignals) closeOnSignals(logging, settings.closeOnSignals);
  return logging;
}

function tell(message: Message): void {
  process.send?.(message);
}

async function obey(command: Command): Promise<void> {
  if ('end' in command) return end(command.end);
  if ('close' in command) await logging?.close({ deadlineMs: command.close });
  else if (command.ask === 'flush') await logging?.flush();
  tell({ stats: logging?.stats() ?? null });
}

let server: ReturnType<Koa['listen']> | undefined;
let logging: Logging | undefined;

async function main(): Promise<void> {
  logging = await newLogging();
  const app = new Koa();
  if (logging) app.use(logging.middleware());
  app.use((context, next) => {
    context.set('x-pid', String(process.pid));
    return next();
  });
  useKoaServer(app, { controllers: [WorkController], defaultErrorHandler: logging === undefined });
  server = app.listen(settings.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', command => void obey(command as Command));
  // A spec that was stopped must not leave anything behind.
  process.once('disconnect', () => server?.listening && process.exit());
  tell({ port: (server.address() as AddressInfo).port });
}

void main();
