import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { SENSITIVE_HEADERS } from '../rows.mjs';

const require = createRequire(new URL('../../peers/package.json', import.meta.url));

function shop(behaviour, ...afterParser) {
  const Koa = require('koa');
  const app = new Koa();
  app.silent = true;
  app.use(require('koa-bodyparser')());
  for (const each of afterParser) app.use(each);
  app.use(context => {
    if (context.path === '/nowhere') return;
    // As a router would leave it behind.
    context._matchedRoute = context.path.startsWith('/reset/') ? '/reset/:token' : context.path;
    const { body, headers = {} } = behaviour();
    context.set(headers);
    context.body = body;
  });
  return app;
}

// Its paths are exact, so each header and each property of the rows has its own, as deep as the rows have it.
const PINO_PATHS = [
  ...SENSITIVE_HEADERS.map(name => `req.headers["${name}"]`),
  ...['password', '*.password', 'users[*].password', '*.*.*.password', 'clientSecret', 'motto'].map(
    path => `req.body.${path}`,
  ),
  ...['set-cookie', 'location'].map(name => `res.headers["${name}"]`),
  ...['accessToken', 'items[*].motto'].map(path => `res.body.${path}`),
  // The same is in `req.url`, where no path leads.
  ...['token', '["user[password]"]'].map(path => `req.query${path.startsWith('[') ? path : `.${path}`}`),
];

/** koa-pino-logger with bodies by serializers and behind the body parser, as the README of pino-http shows. */
export async function startPino(behaviour, redact) {
  const lines = [];
  const logger = require('koa-pino-logger')(
    {
      ...(redact && { redact: PINO_PATHS }),
      serializers: {
        req: req => ({ ...req, body: req.raw.koaBody?.() }),
        res: res => ({ ...res, body: res.raw.koaBody?.() }),
      },
    },
    { write: line => void lines.push(line) },
  );
  const keepBodies = async (context, next) => {
    context.req.koaBody = () => context.request.body;
    context.res.koaBody = () => context.body;
    await next();
  };
  const app = shop(behaviour, keepBodies, logger);
  return { handle: app.callback(), stop: async () => lines.join('') };
}

export const startPinoAsIs = behaviour => startPino(behaviour, false);
export const startPinoWithPaths = behaviour => startPino(behaviour, true);

/** Apitally with everything switched on that it can log, and patterns for the names that its own do not know. */
export async function startApitally(behaviour) {
  const received = [];
  const keep = async (request, response) => {
    const body = await buffer(request);
    received.push(body[0] === 0x1f ? gunzipSync(body).toString() : body.toString());
    response.statusCode = 202;
    response.end('{}');
  };
  const hub = createServer((request, response) => void keep(request, response));
  hub.listen(0, '127.0.0.1');
  await once(hub, 'listening');
  process.env['APITALLY_HUB_BASE_URL'] = `http://127.0.0.1:${hub.address().port}`;
  const { useApitally } = require('apitally/koa');
  const app = shop(behaviour);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  useApitally(app, {
    clientId: '3f1c6b1e-5b0a-4f3e-9a52-0c6d1f1f2a10',
    env: 'bench',
    logger: silent,
    requestLogging: {
      enabled: true,
      logRequestHeaders: true,
      logRequestBody: true,
      logResponseHeaders: true,
      logResponseBody: true,
      maskHeaders: [/^referer$/, /^location$/],
      maskBodyFields: [/^motto$/],
    },
  });
  // Installed first, as its guide says; the rest of the application comes after it.
  app.middleware.unshift(app.middleware.pop());
  return {
    handle: app.callback(),
    async stop() {
      // It writes what it has collected once a second, and sends the file when it is shut down.
      await new Promise(resolve => setTimeout(resolve, 1_500));
      const folder = dirname(require.resolve('apitally/koa'));
      await require(join(folder, '../common/client.cjs')).ApitallyClient.shutdown();
      hub.closeAllConnections();
      hub.close();
      // Bodies travel in base64.
      return received
        .join('\n')
        .replace(/"body":"([A-Za-z0-9+/=]+)"/g, (_, text) => Buffer.from(text, 'base64').toString());
    },
  };
}
