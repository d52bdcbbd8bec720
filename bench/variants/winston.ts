import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Middleware } from 'koa';
import type { Arrangement } from './arrangement';
import { LineCount } from './line-count';
import { bodyOf } from './parsed-body';
import { requirePeer } from './peer-packages';
import { SENSITIVE_NAMES } from './sensitive-places';
import { temporaryFolder } from './temporary-folder';

interface Logger {
  info(message: string, meta: object): void;
}

interface Winston {
  readonly format: ((transform: (info: object) => object) => () => object) & {
    combine(...formats: object[]): object;
    timestamp(): object;
    json(): object;
  };
  readonly transports: { readonly Stream: new (options: object) => object };
  createLogger(options: object): Logger;
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    copy[name] = SENSITIVE_NAMES.has(name) ? '[REDACTED]' : withoutSecrets(member);
  }
  return copy;
}

function logExchanges(logger: Logger): Middleware {
  return async (context, next) => {
    const start = performance.now();
    context.res.once('finish', () => {
      const { request, response } = context;
      logger.info('request', {
        req: withoutSecrets({
          method: request.method,
          url: request.url,
          headers: request.headers,
          body: bodyOf(context),
        }),
        res: withoutSecrets({ status: response.status, headers: response.headers, body: response.body }),
        durationMs: performance.now() - start,
      });
    });
    await next();
  };
}

/** Both bodies, and a copy without the sensitive names: winston itself does not redact. */
export async function winstonWithBodies(): Promise<Arrangement> {
  const { createLogger, format, transports } = requirePeer('winston') as Winston;
  const { path: folder, remove } = await temporaryFolder();
  const path = join(folder, 'winston.ndjson');
  const stream = createWriteStream(path);
  const logger = createLogger({
    format: format.combine(format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream })],
  });
  const lines = new LineCount(path);
  return {
    middleware: [logExchanges(logger)],
    flush: () => new Promise((resolve, reject) => stream.write('', error => (error ? reject(error) : resolve()))),
    recorded: () => lines.count(),
    close: async () => {
      await new Promise<void>(resolve => stream.end(resolve));
      await remove();
    },
  };
}
