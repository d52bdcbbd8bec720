import 'reflect-metadata';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { IsEmail, MinLength } from 'class-validator';
import type { Context } from 'koa';
import {
  Authorized,
  Body,
  ContentType,
  Controller,
  Ctx,
  Get,
  HttpCode,
  JsonController,
  OnUndefined,
  Param,
  Post,
  QueryParam,
  Redirect,
  UploadedFile,
} from 'routing-controllers';
import { Logged, Sensitive } from '../../src';
import { testApp } from '../support/test-app';

class SignUp {
  @IsEmail() email!: string;
  @Sensitive() @MinLength(12) password!: string;
}

class Account {
  id = 'a1';
  @Sensitive() apiSecret = 'canary-response';
}

@Logged()
@JsonController('/kinds')
class KindsController {
  @Get('/account') account() {
    return new Account();
  }
  @Post('/sign-up') @HttpCode(201) signUp(@Body() body: SignUp) {
    return { email: body.email };
  }
  @Get('/needs-query') needsQuery(@QueryParam('page', { required: true }) page: number) {
    return { page };
  }
  @Get('/members') @Authorized() members() {
    return {};
  }
  @Get('/admins') @Authorized('admin') admins() {
    return {};
  }
  @Get('/throws') throws() {
    throw new RangeError('sync failure');
  }
  @Get('/rejects') async rejects() {
    await Promise.resolve();
    throw new RangeError('async failure');
  }
  @Get('/nothing') nothing() {
    return undefined;
  }
  @Get('/no-content') @OnUndefined(204) noContent() {
    return undefined;
  }
  @Get('/null') nullResult() {
    return null;
  }
  @Get('/redirect') @Redirect('/kinds/account?token=canary-location') redirect() {}
  @Get('/not-modified') notModified(@Ctx() context: Context) {
    context.status = 304;
    return context;
  }
  @Get('/binary') @ContentType('application/octet-stream') binary() {
    return Buffer.from([0, 1, 2, 255]);
  }
  @Get('/stream') @ContentType('text/csv') stream() {
    return Readable.from(['a,b\n', '1,2\n', '3,4\n']);
  }
  @Get('/number/:id') one(@Param('id') id: number) {
    return { id };
  }
  @Post('/upload') upload(@UploadedFile('photo') photo: { readonly size: number }) {
    return { size: photo.size };
  }
}

@Logged()
@Controller('/pages')
class PagesController {
  @Get('/home') home() {
    return '<h1>canary-html</h1>';
  }
}

async function start(authorization: { readonly roles?: readonly string[] } = {}) {
  return testApp()
    .controllers(KindsController, PagesController)
    .logging({ unmatched: 'all' })
    .host({
      authorizationChecker: (_action, roles) => authorization.roles?.some(role => roles.includes(role)) ?? false,
    })
    .start();
}

describe('a request that succeeds', () => {
  it('is recorded with request, response, handler and timing', async () => {
    const app = await start();
    await app.post('/kinds/sign-up?plan=pro', { email: 'ann@example.org', password: 'canary-password' });
    const record = await app.storedRecord();
    expect(record.request).to.deep.include({ method: 'POST', path: '/kinds/sign-up', query: { plan: 'pro' } });
    expect(record.request.body).to.deep.equal({ email: 'ann@example.org', password: '[REDACTED]' });
    expect(record.response).to.deep.include({ status: 201, outcome: 'sent', body: { email: 'ann@example.org' } });
    expect(record.response.bytes).to.equal(Buffer.byteLength('{"email":"ann@example.org"}'));
    expect(record.handler).to.deep.equal({ controller: 'KindsController', action: 'signUp', route: '/kinds/sign-up' });
    expect(record).to.deep.include({ schema: 1, kind: 'request', level: 'info', sampleWeight: 1, statusClass: 2 });
    expect(record.service).to.deep.include({ name: 'spec', version: '1.2.3', pid: process.pid });
    expect(record.handlerMs).to.be.within(0, record.durationMs);
    expect(record.redactions).to.deep.include({ path: 'request.body.password', mode: 'redact' });
    expect(record.client.ip).to.equal('127.0.0.1');
    expect(record.client.port).to.be.a('number');
    expect(record).not.to.have.any.keys('error', 'incomplete', 'expireAt');
  });

  it('has the class of the response object decide what is redacted', async () => {
    const app = await start();
    await app.get('/kinds/account');
    const record = await app.storedRecord();
    expect(record.response.body).to.deep.equal({ id: 'a1', apiSecret: '[REDACTED]' });
  });

  it('has path parameters', async () => {
    const app = await start();
    await app.get('/kinds/number/17');
    expect((await app.storedRecord()).request).to.deep.include({ path: '/kinds/number/17', params: { id: '17' } });
  });
});

describe('a request that fails', () => {
  it('in validation is recorded once, without the password that the validator echoes', async () => {
    const app = await start();
    const response = await app.post('/kinds/sign-up', { email: 'nobody', password: 'canary-7f3a' });
    expect(await response.text()).not.to.contain('canary');
    const record = await app.storedRecord();
    expect(record.response.status).to.equal(400);
    expect(record.handler?.action).to.equal('signUp');
    expect(record.handlerMs).to.equal(null);
    expect(record.level).to.equal('warn');
    expect(record.error?.name).to.equal('BadRequestError');
    expect(record.error?.validation?.map(({ path }) => path)).to.have.members(['email', 'password']);
    expect(JSON.stringify(record)).not.to.contain('canary');
  });

  for (const { name, path, status, error, action } of [
    {
      name: 'a missing parameter',
      path: '/kinds/needs-query',
      status: 400,
      error: 'ParamRequiredError',
      action: 'needsQuery',
    },
    {
      name: 'a parameter of the wrong type',
      path: '/kinds/number/x',
      status: 400,
      error: 'ParamNormalizationError',
      action: 'one',
    },
    {
      name: 'no credentials',
      path: '/kinds/members',
      status: 401,
      error: 'AuthorizationRequiredError',
      action: 'members',
    },
    { name: 'the wrong role', path: '/kinds/admins', status: 403, error: 'AccessDeniedError', action: 'admins' },
    { name: 'a handler that throws', path: '/kinds/throws', status: 500, error: 'RangeError', action: 'throws' },
    { name: 'a handler that rejects', path: '/kinds/rejects', status: 500, error: 'RangeError', action: 'rejects' },
    { name: 'an undefined result', path: '/kinds/nothing', status: 404, error: 'NotFoundError', action: 'nothing' },
  ]) {
    it(`by ${name} is recorded once, with its error and handler`, async () => {
      const app = await start();
      expect((await app.get(path)).status).to.equal(status);
      const record = await app.storedRecord();
      expect(record.response.status).to.equal(status);
      expect(record.error?.name).to.equal(error);
      expect(record.error?.fingerprint).to.match(/^[\da-f]{16}$/);
      expect(record.handler?.action).to.equal(action);
      expect(record.level).to.equal(status >= 500 ? 'error' : 'warn');
    });
  }

  it('because no route matches is recorded without a handler', async () => {
    const app = await start();
    await app.get('/nowhere?password=canary');
    const record = await app.storedRecord();
    expect(record.handler).to.equal(null);
    expect(record.response.status).to.equal(404);
    expect(record.request.query).to.deep.equal({ password: '[REDACTED]' });
  });

  it('because its JSON is malformed is recorded without the text', async () => {
    const app = await start();
    expect((await app.post('/kinds/sign-up', '{"password":"canary-bad-json')).status).to.equal(400);
    const record = await app.storedRecord();
    expect(record.request.bodyOmitted).to.equal('unparsable');
    expect(record.error?.name).to.equal('SyntaxError');
    expect(JSON.stringify(record)).not.to.contain('canary');
  });

  it('because its body is too large is recorded as such', async () => {
    const app = await start();
    expect((await app.post('/kinds/sign-up', { email: 'x'.repeat(1_100_000) })).status).to.equal(413);
    const record = await app.storedRecord();
    expect(record.request.bodyOmitted).to.equal('too-large');
    expect(record.request.bytes).to.be.greaterThan(1_100_000);
  });
});

describe('a response that is not JSON', () => {
  it('as a redirect has its location, with sensitive query values redacted', async () => {
    const app = await start();
    await app.get('/kinds/redirect');
    const record = await app.storedRecord();
    expect(record.response.status).to.equal(302);
    expect(record.response.headers['location']).to.be.a('string').that.contains('/kinds/account');
    expect(JSON.stringify(record)).not.to.contain('canary');
  });

  for (const { path, status } of [
    { path: '/kinds/no-content', status: 204 },
    { path: '/kinds/null', status: 204 },
    { path: '/kinds/not-modified', status: 304 },
  ]) {
    it(`with status ${status} (${path}) has no body and no reason for its absence`, async () => {
      const app = await start();
      expect((await app.get(path)).status).to.equal(status);
      const { response } = await app.storedRecord();
      expect(response).to.deep.include({ status, bytes: 0 });
      expect(response).not.to.have.any.keys('body', 'bodyOmitted');
    });
  }

  it('to HEAD has no body', async () => {
    const app = await start();
    await app.fetch('/kinds/account', { method: 'HEAD' });
    const record = await app.storedRecord();
    expect(record.handler?.action).to.equal('account');
    expect(record.response).to.deep.include({ status: 200, bytes: 0 });
    expect(record.response).not.to.have.any.keys('body', 'bodyOmitted');
  });

  it('but bytes is recorded by its size', async () => {
    const app = await start();
    await app.get('/kinds/binary');
    expect((await app.storedRecord()).response).to.deep.include({
      bodyOmitted: 'binary',
      bytes: 4,
      contentType: 'application/octet-stream',
    });
  });

  it('but a stream is recorded by its size, and passes through whole', async () => {
    const app = await start();
    expect(await (await app.get('/kinds/stream')).text()).to.equal('a,b\n1,2\n3,4\n');
    expect((await app.storedRecord()).response).to.deep.include({ bodyOmitted: 'stream', bytes: 12, outcome: 'sent' });
  });

  it('but HTML is not passed through unread', async () => {
    const app = await start();
    await app.get('/pages/home');
    const record = await app.storedRecord();
    expect(record.response.bodyOmitted).to.equal('unparsable');
    expect(JSON.stringify(record)).not.to.contain('canary');
  });
});

describe('an upload', () => {
  it('is recorded by field and file names, types and sizes', async () => {
    const app = await start();
    const form = new FormData();
    form.set('password', 'canary-field');
    form.set('photo', new Blob(['canary-content'], { type: 'image/png' }), 'cat.png');
    expect((await app.fetch('/kinds/upload', { method: 'POST', body: form })).status).to.equal(200);
    const record = await app.storedRecord();
    expect(record.request.bodyOmitted).to.equal('multipart');
    expect(record.request.body).to.deep.equal({
      fields: ['password'],
      files: [{ field: 'photo', name: 'cat.png', contentType: 'image/png', bytes: 14 }],
    });
    expect(JSON.stringify(record)).not.to.contain('canary');
  });
});

describe('a form', () => {
  it('is redacted like JSON', async () => {
    const app = await start();
    const form = new URLSearchParams({ email: 'ann@example.org', password: 'canary-form-password' });
    await app.fetch('/kinds/sign-up', { method: 'POST', body: form });
    expect((await app.storedRecord()).request.body).to.deep.equal({
      email: 'ann@example.org',
      password: '[REDACTED]',
    });
  });
});
