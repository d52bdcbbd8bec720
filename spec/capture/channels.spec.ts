import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { Type } from 'class-transformer';
import { IsEmail, MinLength, ValidateNested } from 'class-validator';
import type { Context } from 'koa';
import {
  Body,
  CookieParam,
  Ctx,
  Get,
  HeaderParam,
  JsonController,
  Param,
  Post,
  QueryParam,
  Redirect,
} from 'routing-controllers';
import { Logged, type LoggingOptions, Sensitive } from '../../src';
import { mongoSink } from '../../src/mongo';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { type TestApp, testApp } from '../support/test-app';

const canary = 'canary-4b1d-secret/ä';
const encoded = encodeURIComponent(canary);
const PLAIN = 'canary-4b1d';
const BASE64 = Buffer.from(canary).toString('base64').slice(0, 10);

class Inner {
  @Sensitive() @MinLength(40, { message: 'inner $value' }) phraseInside!: string;
}

class Channel {
  @Sensitive() @MinLength(40, { message: '$value is too short' }) phraseOfChannel!: string;
  @IsEmail() mail!: string;
  @ValidateNested() @Type(() => Inner) inside!: Inner;
}

class SecretError extends Error {}

@Logged()
@JsonController('/channels')
class ChannelsController {
  @Post('/echo') echo(@Body({ validate: false }) body: object) {
    return {
      received: body,
      text: JSON.stringify(body),
      encoded: Buffer.from(JSON.stringify(body)).toString('base64'),
    };
  }
  @Post('/validated') validated(@Body() body: Channel) {
    return body;
  }
  @Get('/reset/:token') reset(@Param('token') token: string) {
    throw new Error(`no such token: ${token}`);
  }
  @Get('/query') query(@QueryParam('seed') @Sensitive() seed: number, @QueryParam('q', { required: true }) q: string) {
    return { seed, q };
  }
  @Get('/parsed') parsed(@QueryParam('filter', { parse: true }) filter: unknown) {
    return { filter };
  }
  @Get('/bound') bound(
    @HeaderParam('x-member') @Sensitive() member: string,
    @CookieParam('who') @Sensitive() who: string,
    @Ctx() context: Context,
  ) {
    context.cookies.set('session', encodeURIComponent(who));
    context.set({ refresh: `0; url=/next?token=${encoded}`, link: `</a?access_token=${encoded}>; rel=next` });
    return { member, who };
  }
  @Get('/redirected')
  @Redirect(`https://me:${encoded}@example.org/cb?token=${encoded}&x=1#id_token=${encoded}`)
  redirected() {}
  @Post('/caused') caused(@Body({ validate: false }) body: { password: string }) {
    const parts = new AggregateError([new Error(`part ${body.password}`), `text ${body.password}`], body.password);
    const error = new SecretError(`outer ${encodeURIComponent(body.password)}`, { cause: parts });
    throw Object.assign(error, { name: `Name ${body.password}`, code: body.password, body, own: body.password });
  }
  @Post('/upload') upload() {
    return {};
  }
}

const leaksOf = (value: unknown): string[] => {
  const text = inspect(value, { depth: 20, maxStringLength: null, maxArrayLength: null, showHidden: true });
  return [...text.matchAll(new RegExp(`.{0,40}(?:${PLAIN}|${BASE64}).{0,40}`, 'g'))].map(([found]) => found);
};

const json = { 'content-type': 'application/json' };
const post =
  (path: string, body: string, headers: Record<string, string> = json) =>
  (app: TestApp) =>
    app.fetch(path, { method: 'POST', body, headers });
const get =
  (path: string, headers: Record<string, string> = {}) =>
  (app: TestApp) =>
    app.get(path, headers);
const login = JSON.stringify({ password: canary, note: `I am ${canary}`, nested: [{ apiKey: canary }], [canary]: 1 });
const invalid = JSON.stringify({ phraseOfChannel: canary, mail: `not ${canary}`, inside: { phraseInside: canary } });

const CHANNELS: readonly { readonly name: string; readonly send: (app: TestApp) => Promise<unknown> }[] = [
  { name: 'a JSON body and the response that echoes it', send: post('/channels/echo', login) },
  { name: 'JSON inside a text of a body', send: post('/channels/echo', JSON.stringify({ payload: login })) },
  { name: 'malformed JSON', send: post('/channels/echo', `{"password":"${canary}"`) },
  {
    name: 'a form',
    send: post('/channels/echo', `user.password=${encoded}&note=${encoded}`, {
      'content-type': 'application/x-www-form-urlencoded',
    }),
  },
  { name: 'a text body', send: post('/channels/echo', canary, { 'content-type': 'text/plain' }) },
  { name: 'validation errors with children', send: post('/channels/validated', invalid) },
  { name: 'a path parameter, and the error that quotes it', send: get(`/channels/reset/${encoded}`) },
  { name: 'a path and a query that no route takes', send: get(`/nowhere?token=${encoded}&again=${encoded}`) },
  { name: 'a query that a refused parameter quotes', send: get(`/channels/query?seed=${encoded}&q=1`) },
  { name: 'a query that a missing parameter quotes', send: get(`/channels/query?apiKey=${encoded}`) },
  {
    name: 'a query that is broken JSON',
    send: get(`/channels/parsed?filter=${encodeURIComponent(`{"pin":"${canary}`)}`),
  },
  { name: 'a query that is JSON', send: get(`/channels/parsed?filter=${encodeURIComponent(login)}`) },
  {
    name: 'headers and cookies, in both directions',
    send: get('/channels/bound', {
      authorization: `Basic ${Buffer.from(`me:${canary}`).toString('base64')}`,
      'x-member': encoded,
      cookie: `who=${encoded}; other=${encoded}`,
      'x-forwarded-uri': `/a?token=${encoded}`,
      'x-original-url': `https://me:${encoded}@example.org/`,
      referer: `https://example.org/#access_token=${encoded}`,
      'x-request-id': PLAIN,
      'x-api-key': PLAIN,
      'user-agent': `bot ${encoded}`,
    }),
  },
  { name: 'the address of a redirect', send: get('/channels/redirected') },
  {
    name: 'name, message, stack, code, causes and parts of an error',
    send: post('/channels/caused', JSON.stringify({ password: canary })),
  },
  {
    name: 'fields and file names of a multipart body',
    send: post('/channels/upload', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }),
  },
];

/** What an application's multer leaves on the request. */
function upload(context: Context, next: () => Promise<unknown>): Promise<unknown> {
  if (context.path === '/channels/upload') {
    Object.assign(context.request, {
      body: { password: canary, [`field ${canary}`]: 'x' },
      files: [{ fieldname: 'photo', originalname: `${canary}.png`, mimetype: 'image/png', size: 1 }],
    });
  }
  return next();
}

const start = (options: LoggingOptions = {}) =>
  testApp()
    .controllers(ChannelsController)
    .use(upload)
    .logging({ unmatched: 'all', ...options })
    .start();

describe('a secret leaves in no channel', () => {
  for (const { name, send } of CHANNELS) {
    it(`by ${name}`, async () => {
      const app = await start();
      await send(app);
      const record = await app.storedRecord();
      expect(leaksOf(record)).to.deep.equal([]);
      expect(record.redactionCount + (record.request.bodyOmitted ? 1 : 0)).to.be.greaterThan(0);
      expect(leaksOf(app.reports)).to.deep.equal([]);
    });
  }

  it('by what onError is told when the application’s own functions fail', async () => {
    const fail = (): never => {
      throw new Error(`broken by ${canary}\n    at ${canary}`, { cause: canary });
    };
    const app = await start({
      identify: fail,
      onRequest: fail,
      onResponse: fail,
      onRecord: fail,
      when: fail,
      errorHandlers: [[SecretError, fail]],
    });
    await post('/channels/caused', JSON.stringify({ password: canary }))(app);
    expect(leaksOf(await app.storedRecords())).to.deep.equal([]);
    expect(app.reports.map(({ code }) => code)).to.include.members(['HOOK_FAILED', 'ERROR_HANDLER_FAILED']);
    expect(leaksOf(app.reports)).to.deep.equal([]);
    // Where it happened is told, so that it can be put right.
    expect((app.reports[0]!.cause as Error).stack).to.contain('channels.spec');
  });

  it('by the dead letter file of a poisoned record', async () => {
    const server = await ScriptedMongoServer.start();
    const folder = await mkdtemp(join(tmpdir(), 'channels-'));
    try {
      server.fail('insert', { writeErrors: [{ index: 0, code: 121, errmsg: `refused ${canary}` }] });
      const sinks = [mongoSink({ url: server.url, indexes: false })];
      const app = await start({ sinks, delivery: { deadLetters: { directory: folder } } });
      await post('/channels/echo', login)(app);
      await app.logging.close();
      const letters = await readFile(join(folder, 'mongo-dead-letters.ndjson'), 'utf8');
      expect(letters).to.contain('"[REDACTED]"');
      expect(leaksOf(letters)).to.deep.equal([]);
      expect(leaksOf(app.reports)).to.deep.equal([]);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true });
    }
  });
});
