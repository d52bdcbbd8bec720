import 'reflect-metadata';
import { inspect } from 'node:util';
import { assert, expect } from 'chai';
import type { Context } from 'koa';
import { Ctx, Get, JsonController } from 'routing-controllers';
import { Logged, type Logging, type LoggingOptions, type LogRecord } from '../../src';
import { testApp } from '../support/test-app';

let logging: Logging | undefined;

@Logged()
@JsonController('/hooks')
class HooksController {
  @Get('/plain') plain() {
    return {};
  }
  @Get('/ip') ip(@Ctx() { ip }: Context) {
    return { ip };
  }
  @Get('/annotated') annotated(@Ctx() context: Context) {
    logging?.annotate(context, { orderId: 17, password: 'canary-annotated' });
    logging?.annotate(context, { step: 'paid' });
    return {};
  }
}

const start = (options: LoggingOptions = {}) => testApp().controllers(HooksController).logging(options).start();
const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('the identity of a request', () => {
  it('is a UUIDv7 whose order is the order of arrival, and is echoed', async () => {
    const app = await start();
    const first = await app.get('/hooks/plain');
    await new Promise(resolve => setTimeout(resolve, 2));
    await app.get('/hooks/plain');
    const [one, two] = await app.storedRecords();
    expect(one!._id).to.match(UUID_V7);
    expect(one!._id < two!._id).to.equal(true);
    expect(first.headers.get('x-request-id')).to.equal(one!.requestId).and.to.equal(one!._id);
  });

  for (const { sent, isKept } of [
    { sent: 'order-17/a.b:c', isKept: true },
    { sent: 'x'.repeat(128), isKept: true },
    { sent: 'x'.repeat(129), isKept: false },
    { sent: 'two words', isKept: false },
    { sent: '<script>', isKept: false },
  ]) {
    it(`${isKept ? 'takes' : 'does not take'} the client's request id "${sent.slice(0, 20)}" (${sent.length})`, async () => {
      const app = await start();
      const reply = await app.get('/hooks/plain', { 'x-request-id': sent });
      const { requestId, _id } = await app.storedRecord();
      expect(requestId).to.equal(isKept ? sent : _id);
      expect(reply.headers.get('x-request-id')).to.equal(requestId);
    });
  }

  it('can travel in another header, or in none', async () => {
    const other = await start({ requestIdHeader: 'X-Correlation-Id' });
    const reply = await other.get('/hooks/plain', { 'x-correlation-id': 'c-1' });
    expect(reply.headers.get('x-correlation-id')).to.equal('c-1');
    const none = await start({ requestIdHeader: false });
    const headers = [...(await none.get('/hooks/plain', { 'x-request-id': 'r-1' })).headers.keys()];
    expect(headers).not.to.include('x-request-id');
    expect((await none.storedRecord()).requestId).to.match(UUID_V7);
  });

  it('leaves out the address and the user agent when they are named', async () => {
    const app = await start({ redact: { names: ['ip', 'user-agent'] } });
    await app.get('/hooks/ip', { 'user-agent': 'canary-agent/1.0', 'x-forwarded-for': '127.0.0.1' });
    const { client, request, response, redactions } = await app.storedRecord();
    expect(client).to.include({ ip: '[REDACTED]', agent: '[REDACTED]' });
    expect(request.headers).to.include({ 'user-agent': '[REDACTED]', 'x-forwarded-for': '[REDACTED]' });
    expect(JSON.stringify(response)).not.to.contain('127.0.0.1');
    expect(redactions).to.deep.include({ path: 'client.ip', mode: 'redact' });
  });

  it('has the W3C trace context, unless it is malformed', async () => {
    const app = await start();
    const [trace, span] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    await app.get('/hooks/plain', { traceparent: `00-${trace}-${span}-01` });
    await app.get('/hooks/plain', { traceparent: `00-${'0'.repeat(32)}-${span}-01` });
    const [traced, untraced] = await app.storedRecords();
    expect(traced).to.deep.include({ traceId: trace, spanId: span });
    expect(untraced).not.to.have.any.keys('traceId', 'spanId');
  });
});

describe('the address of a client', () => {
  it('is what the application makes of it, as without logging', async () => {
    const app = await testApp()
      .controllers(HooksController)
      .setUp(koa => (koa.proxy = true))
      .use((context, next) => {
        context.req.headers['x-forwarded-for'] = context.get('cf-connecting-ip');
        return next();
      })
      .start();
    const response = await app.get('/hooks/ip', {
      'cf-connecting-ip': '203.0.113.9',
      'x-forwarded-for': '203.0.113.1',
    });
    expect(await response.json()).to.deep.equal({ ip: '203.0.113.9' });
    expect((await app.storedRecord()).client.ip).to.equal('203.0.113.9');
  });
});

describe('identify', () => {
  it('names the user, with nothing but id, group and authority', async () => {
    const app = await start({
      identify: () => ({ id: 7, groupId: 'g', authority: 'admin', email: 'canary' }) as object,
    });
    await app.get('/hooks/plain');
    expect((await app.storedRecord()).user).to.deep.equal({ id: '7', groupId: 'g', authority: 'admin' });
  });

  it('that fails leaves the user out and the rest in', async () => {
    const app = await start({
      identify: () => {
        throw new Error('no session');
      },
    });
    await app.get('/hooks/plain');
    const record = await app.storedRecord();
    expect(record.user).to.equal(null);
    expect(record.response.status).to.equal(200);
    expect(app.reports.map(({ message }) => message)[0]).to.contain('identify failed');
  });
});

describe('hooks', () => {
  it('put attributes into the record, redacted like everything else', async () => {
    const app = await start({
      onRequest: context => ({ tenant: context.get('x-tenant'), token: 'canary-request' }),
      onResponse: ({ status, durationMs }) => ({ isFast: durationMs < 60_000, status }),
      onRecord: record => ({ copyOfLevel: record.level, apiKey: 'canary-record' }),
    });
    await app.get('/hooks/plain', { 'x-tenant': 'acme' });
    const record = await app.storedRecord();
    expect(record.attributes).to.deep.equal({
      tenant: 'acme',
      token: '[REDACTED]',
      isFast: true,
      status: 200,
      copyOfLevel: 'info',
      apiKey: '[REDACTED]',
    });
  });

  it('see a copy of the record, with its bodies', async () => {
    const seen: LogRecord[] = [];
    const app = await start({
      onRecord: record => {
        seen.push(structuredClone(record));
        Object.assign(record, { level: 'error' });
        Object.assign(record.response, { status: 0, body: 'canary' });
      },
    });
    await app.get('/hooks/plain');
    const record = await app.storedRecord();
    expect(seen).to.deep.equal([record]);
    expect(record).to.deep.include({ level: 'info' });
    expect(record.response.status).to.equal(200);
  });

  it('that throw or return promises cost only their own part, and are reported once each', async () => {
    const fail = () => {
      throw new Error('hook');
    };
    const app = await start({
      onRequest: fail,
      onResponse: (() => Promise.reject(new Error('late'))) as unknown as () => void,
      onRecord: fail,
    });
    for (let request = 0; request < 3; request++) expect((await app.get('/hooks/plain')).status).to.equal(200);
    const records = await app.storedRecords();
    expect(records).to.have.length(3);
    expect(records[0]).not.to.have.property('attributes');
    expect(app.reports.map(({ message }) => message.split(' ')[0])).to.have.members([
      'onRequest',
      'onResponse',
      'onRecord',
    ]);
  });

  it('that throw are reported by kind and place, without a word of what they say', async () => {
    const fail = (): never => {
      throw new RangeError('no user for canary-51c9\n    at canary-51c9', { cause: 'canary-51c9' });
    };
    const app = await start({ identify: fail, onRequest: fail, when: fail });
    await app.get('/hooks/plain');
    await app.storedRecords();
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['HOOK_FAILED', 'HOOK_FAILED', 'HOOK_FAILED']);
    expect(inspect(app.reports, { depth: 10 })).not.to.contain('canary');
    const [cause] = app.reports.map(report => report.cause as Error);
    expect(cause!.message).to.contain('RangeError');
    expect(cause!.stack).to.contain('identity-and-hooks.spec');
  });

  it('are joined by annotate', async () => {
    const app = await start();
    logging = app.logging;
    await app.get('/hooks/annotated');
    expect((await app.storedRecord()).attributes).to.deep.equal({ orderId: 17, password: '[REDACTED]', step: 'paid' });
  });

  for (const [how, onError] of [
    ['throws', () => assert.fail('second')],
    ['returns a promise that rejects', (() => Promise.reject(new Error('second'))) as unknown as () => void],
  ] as const) {
    it(`and an onError that ${how} break nothing`, async () => {
      const app = await start({ identify: () => assert.fail('first'), onError });
      expect((await app.get('/hooks/plain')).status).to.equal(200);
      expect((await app.storedRecord()).user).to.equal(null);
    });
  }

  it('that throw errors without a constructor break nothing', async () => {
    const fail = (): never => {
      throw Object.assign(new Error('bare'), { constructor: null });
    };
    const app = await start({ onRequest: fail, identify: fail });
    expect((await app.get('/hooks/plain')).status).to.equal(200);
    expect(await app.storedRecords(1)).to.have.length(1);
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['HOOK_FAILED', 'HOOK_FAILED']);
  });
});
