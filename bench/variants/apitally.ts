import { dirname, join } from 'node:path';
import type { Middleware } from 'koa';
import type { Arrangement } from './arrangement';
import { requirePeer } from './peer-packages';
import { SENSITIVE_NAMES } from './sensitive-places';

interface RequestLogger {
  readonly pendingWrites: readonly object[];
  logRequest(...given: unknown[]): void;
  writeToFile(): Promise<void>;
}

interface ApitallyClient {
  readonly requestLogger: RequestLogger;
}

// It keeps the last 100 and drops the others without a word, if it is not made to write them before.
const KEPT = 100;
const WRITE_AT = 80;
const CLOSED_PORT = 9;

/** Both bodies, masked by its patterns and our names, into its own compressed files; its hub cannot be reached. */
export async function apitally(): Promise<Arrangement> {
  process.env['APITALLY_HUB_BASE_URL'] = `http://127.0.0.1:${CLOSED_PORT}`;
  const { useApitally } = requirePeer('apitally/koa') as { useApitally: (app: object, options: object) => void };
  const middleware: Middleware[] = [];
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  useApitally(
    { use: (each: Middleware) => middleware.push(each), middleware: [] },
    {
      clientId: '3f1c6b1e-5b0a-4f3e-9a52-0c6d1f1f2a10',
      env: 'bench',
      logger: silent,
      requestLogging: {
        enabled: true,
        logRequestHeaders: true,
        logRequestBody: true,
        logResponseHeaders: true,
        logResponseBody: true,
        maskBodyFields: [...SENSITIVE_NAMES].map(name => new RegExp(`^${name}$`)),
      },
    },
  );
  const folder = dirname(requirePeer.resolve('apitally/koa'));
  const { ApitallyClient } = requirePeer(join(folder, '../common/client.cjs')) as {
    ApitallyClient: { getInstance(): ApitallyClient; shutdown(): Promise<void> };
  };
  const { requestLogger } = ApitallyClient.getInstance();
  const logRequest = requestLogger.logRequest.bind(requestLogger);
  let recorded = 0;
  requestLogger.logRequest = (...given) => {
    if (requestLogger.pendingWrites.length < KEPT) recorded += 1;
    logRequest(...given);
  };
  const writeInTime: Middleware = async (_context, next) => {
    await next();
    while (requestLogger.pendingWrites.length >= WRITE_AT) await requestLogger.writeToFile();
  };
  return {
    middleware: [writeInTime, ...middleware],
    flush: () => requestLogger.writeToFile(),
    recorded: () => recorded,
    close: () => ApitallyClient.shutdown(),
  };
}
