import { createRequire } from 'node:module';
import { SENSITIVE_HEADERS } from '../rows.mjs';

const require = createRequire(new URL('../../peers/package.json', import.meta.url));

/** express-winston with bodies, and with its black lists: those of bodies know the first level only. */
export async function startExpressWinston(behaviour, blacklist) {
  const express = require('express');
  const Transport = require('winston-transport');
  const expressWinston = require('express-winston');
  const lines = [];
  const transports = [
    new (class extends Transport {
      log(line, done) {
        lines.push(JSON.stringify(line), line.meta?.stack ?? '');
        done();
      }
    })(),
  ];
  const options = {
    transports,
    requestWhitelist: [...expressWinston.requestWhitelist, 'body'],
    responseWhitelist: [...expressWinston.responseWhitelist, 'body'],
    ...(blacklist && {
      bodyBlacklist: ['password', 'clientSecret', 'motto'],
      headerBlacklist: SENSITIVE_HEADERS,
    }),
  };
  const app = express();
  app.use(express.json(), express.urlencoded({ extended: true }));
  app.use(expressWinston.logger(options));
  app.use((request, response, next) => {
    if (request.path === '/nowhere') return next();
    const { body, headers = {} } = behaviour();
    response.set(headers).json(body);
  });
  // It has no black list for bodies, so who has one leaves the body out here.
  const errorOptions = blacklist && { headerBlacklist: SENSITIVE_HEADERS };
  app.use(expressWinston.errorLogger({ transports, ...errorOptions }));
  app.use((_error, _request, response, _next) => response.status(500).json({}));
  return { handle: app, stop: async () => lines.join('\n') };
}

export const startExpressWinstonAsIs = behaviour => startExpressWinston(behaviour, false);
export const startExpressWinstonWithLists = behaviour => startExpressWinston(behaviour, true);
