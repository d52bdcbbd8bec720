import { join } from 'node:path';
import type { Context, Middleware } from 'koa';
import type { Arrangement } from './arrangement';
import { LineCount } from './line-count';
import { bodyOf } from './parsed-body';
import { requirePeer } from './peer-packages';
import { SENSITIVE_PATHS } from './sensitive-places';
import { temporaryFolder } from './temporary-folder';

interface Destination {
  flush(done: (error?: Error) => void): void;
  end(): void;
}

interface Pino {
  destination(options: object): Destination;
}

type KoaPinoLogger = (options: object, destination: Destination) => Middleware;

type Raw = { readonly koa?: Context };
type Serialized = Readonly<Record<string, unknown>> & { readonly raw: Raw };

/** Lets those who get Node's request or response find the bodies that Koa has. */
const keepContext: Middleware = (context, next) => {
  Object.assign(context.req, { koa: context });
  Object.assign(context.res, { koa: context });
  return next();
};

// The README of pino-http shows the response's body so. The request's is not parsed yet when its line is begun, and is added
// when it is completed.
const WITH_BODIES = {
  serializers: { res: (res: Serialized) => ({ ...res, body: res.raw.koa?.body }) },
  customSuccessObject: (req: Raw, _res: Raw, line: object) => ({ ...line, requestBody: bodyOf(req.koa) }),
  redact: [...SENSITIVE_PATHS],
};

function flush(destination: Destination): Promise<void> {
  return new Promise((resolve, reject) => destination.flush(error => (error ? reject(error) : resolve())));
}

async function koaPinoLogger(before: readonly Middleware[], options: object): Promise<Arrangement> {
  const { path: folder, remove } = await temporaryFolder();
  const path = join(folder, 'pino.ndjson');
  const destination = (requirePeer('pino') as Pino).destination({ dest: path, sync: false, minLength: 4_096 });
  const lines = new LineCount(path);
  return {
    middleware: [...before, (requirePeer('koa-pino-logger') as KoaPinoLogger)(options, destination)],
    flush: async () => {
      // Asked while a write is on its way, the first is done with that write.
      await flush(destination);
      await flush(destination);
    },
    recorded: () => lines.count(),
    close: async () => {
      destination.end();
      await remove();
    },
  };
}

/** As it comes: method, URL, headers, status, no body, nothing redacted. */
export const pinoWithoutBodies = (): Promise<Arrangement> => koaPinoLogger([], {});

/** Both bodies, and a redact path for each sensitive place. */
export const pinoWithBodies = (): Promise<Arrangement> => koaPinoLogger([keepContext], WITH_BODIES);
