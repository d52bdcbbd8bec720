import 'reflect-metadata';
import { once } from 'node:events';
import { connect, constants, type ServerHttp2Stream } from 'node:http2';
import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import type { Context } from 'koa';
import { Body, Ctx, Get, JsonController, Post } from 'routing-controllers';
import { Logged } from '../../src';
import { testApp, until } from '../support/test-app';

/** A promise with its resolve function, so that specs decide when a handler goes on. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>(resolve => (open = resolve));
  return { open, opened };
}

let entered = gate();
let leave = gate();
let source = new PassThrough();
let pulledBytes = 0;

@Logged()
@JsonController('/broken')
class BrokenController {
  @Get('/slow') async slow() {
    entered.open();
    await leave.opened;
    return { late: true };
  }
  @Post('/slow') async slowPost(@Body() body: object) {
    entered.open();
    await leave.opened;
    return body;
  }
  @Get('/never') never() {
    entered.open();
    return new Promise(() => {});
  }
  @Get('/fast') fast() {
    return { fast: true };
  }
  @Get('/long') long() {
    return { text: 'x'.repeat(300_002) };
  }
  @Get('/stream') stream() {
    source = new PassThrough();
    entered.open();
    return source;
  }
  @Get('/endless') endless() {
    return Readable.from(
      (function* () {
        for (; ; pulledBytes += 16_384) yield 'x'.repeat(16_384);
      })(),
    );
  }
  @Get('/raw') raw(@Ctx() context: Context) {
    context.respond = false;
    context.res.statusCode = 202;
    context.res.end('{"raw":true}');
    return context;
  }
  @Get('/listed') listed(@Ctx() { res, query }: Context) {
    const headers = ['Set-Cookie', 'a=1', 'X-One', '1', 'set-cookie', 'b=2', 'Content-Type', 'application/json'];
    const pairs = [0, 2, 4, 6].map(at => headers.slice(at, at + 2)) as unknown as string[];
    res.writeHead(202, 'listed' in query ? headers : pairs).end('{}');
    return res;
  }
  @Get('/pooled') pooled(@Ctx() context: Context) {
    const buffer = Buffer.from('{"of":"this request"}');
    context.type = 'json';
    context.body = buffer;
    context.res.once('finish', () => buffer.fill('?'));
    return context;
  }
  @Get('/bigint') bigint(@Ctx() context: Context) {
    context.body = { big: 1n };
    return context;
  }
}

const start = (handlerWaitMs = 30_000) => testApp().controllers(BrokenController).logging({ handlerWaitMs }).start();
const GET = (path: string) => `GET ${path} HTTP/1.1\r\nHost: spec\r\n\r\n`;

beforeEach(() => {
  entered = gate();
  leave = gate();
});

describe('a client that leaves', () => {
  it('while the handler runs gives an aborted record without a status', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.write(GET('/broken/slow'));
    await entered.opened;
    socket.destroy();
    await until(() => app.closedConnections === 1);
    leave.open();
    const record = await app.storedRecord();
    expect(record.response).to.deep.include({ status: null, outcome: 'aborted' });
    expect(record).to.deep.include({ statusClass: 0, level: 'warn' });
    expect(record.handler?.action).to.equal('slow');
    expect(record).not.to.have.property('incomplete');
  });

  it('before its body has arrived gives an aborted record', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.write(
      'POST /broken/slow HTTP/1.1\r\nHost: spec\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"a":',
    );
    await until(() => app.logging.stats().exchanges.open === 1);
    socket.destroy();
    const record = await app.storedRecord();
    expect(record.response.outcome).to.equal('aborted');
    expect(record.request).not.to.have.property('body');
  });

  it('while a body streams gives an aborted record with the bytes so far', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.write(GET('/broken/stream'));
    await entered.opened;
    source.write('12345');
    await once(socket, 'data');
    socket.destroy();
    const record = await app.storedRecord();
    expect(record.response).to.deep.include({ status: 200, outcome: 'aborted', bodyOmitted: 'stream', bytes: 5 });
  });

  it('with pipelined requests leaves one record for each of them', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.write(GET('/broken/slow') + GET('/broken/fast') + GET('/broken/fast'));
    await entered.opened;
    await until(() => app.logging.stats().exchanges.open === 3);
    socket.destroy();
    await until(() => app.closedConnections === 1);
    leave.open();
    const records = await app.storedRecords();
    expect(records.map(({ handler, response }) => `${handler?.action} ${response.outcome}`)).to.have.members([
      'slow aborted',
      'fast aborted',
      'fast aborted',
    ]);
  });

  it('and a handler that never settles gives an incomplete record after the wait', async () => {
    const app = await start(20);
    const socket = await app.socket();
    socket.write(GET('/broken/never'));
    await entered.opened;
    socket.destroy();
    const record = await app.storedRecord();
    expect(record).to.deep.include({ incomplete: true });
    expect(record.response.outcome).to.equal('aborted');
  });

  it('with pipelined requests waits as long for handlers whose response only the socket ends', async () => {
    const app = await start(20);
    const socket = await app.socket();
    socket.write(GET('/broken/never') + GET('/broken/never'));
    await until(() => app.logging.stats().exchanges.open === 2);
    socket.destroy();
    const records = await app.storedRecords();
    expect(records.map(({ incomplete, response }) => `${incomplete} ${response.outcome}`)).to.deep.equal([
      'true aborted',
      'true aborted',
    ]);
    await until(() => app.logging.stats().exchanges.open === 0);
  });
});

describe('a response that breaks', () => {
  it('in its own stream is truncated, with the error of the source', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.write(GET('/broken/stream'));
    await entered.opened;
    source.write('123');
    await once(socket, 'data');
    source.destroy(new Error('the disk went away'));
    const record = await app.storedRecord();
    expect(record.response).to.deep.include({ status: 200, outcome: 'truncated' });
    expect(record.error?.message).to.equal('the disk went away');
    expect(record.level).to.equal('warn');
  });

  it('because its source was reset by the server behind it is truncated too', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.write(GET('/broken/stream'));
    await entered.opened;
    source.write('123');
    await once(socket, 'data');
    source.destroy(Object.assign(new Error('upstream died'), { code: 'ECONNRESET' }));
    const record = await app.storedRecord();
    expect(record.response).to.deep.include({ status: 200, outcome: 'truncated' });
    expect(record.error).to.deep.include({ message: 'upstream died', code: 'ECONNRESET' });
  });

  it('because its body cannot be serialised is recorded with the status that was sent', async () => {
    const app = await start();
    expect((await app.get('/broken/bigint')).status).to.equal(500);
    const record = await app.storedRecord();
    expect(record.response.status).to.equal(500);
    expect(record.error?.name).to.equal('TypeError');
    expect(record.response.headers).to.have.property('x-request-id', record.requestId);
  });
});

describe('a response past Koa', () => {
  it('is recorded from what was given to the raw response', async () => {
    const app = await start();
    await app.get('/broken/raw');
    const record = await app.storedRecord();
    expect(record.response).to.deep.include({ status: 202, bytes: 12, outcome: 'sent' });
  });
});

describe('headers that are given as a list', () => {
  for (const form of ['listed', 'pairs']) {
    it(`are recorded without a request id too (${form})`, async () => {
      const app = await testApp().controllers(BrokenController).logging({ requestIdHeader: false }).start();
      await app.get(`/broken/listed?${form}`);
      const { response } = await app.storedRecord();
      expect(response).to.deep.include({ status: 202, bytes: 2, contentType: 'application/json', body: {} });
      expect(response.headers).to.deep.equal({
        'content-type': 'application/json',
        'set-cookie': ['a=[REDACTED]', 'b=[REDACTED]'],
        'x-one': '1',
      });
    });

    it(`are sent as without logging (${form})`, async () => {
      const [bare, logged] = await Promise.all([
        testApp().controllers(BrokenController).withoutLogging().start(),
        testApp().controllers(BrokenController).start(),
      ]);
      const [expected, actual] = await Promise.all([bare, logged].map(app => app.get(`/broken/listed?${form}`)));
      expect([actual!.status, actual!.headers.getSetCookie()]).to.deep.equal([202, ['a=1', 'b=2']]);
      const without = (response: Response, name: string) => [...response.headers].filter(([key]) => key !== name);
      expect(without(actual!, 'x-request-id')).to.deep.equal(without(expected!, 'x-request-id'));
      expect(actual!.headers.get('x-request-id')).to.equal((await logged.storedRecord()).requestId);
    });
  }
});

describe('a buffer that is used again after it was sent', () => {
  it('is recorded as it was sent', async () => {
    const app = await start();
    expect(await (await app.get('/broken/pooled')).json()).to.deep.equal({ of: 'this request' });
    expect((await app.storedRecord()).response.body).to.deep.equal({ of: 'this request' });
  });
});

describe('backpressure', () => {
  it('still reaches the source of a stream whose client does not read', async () => {
    const app = await start();
    const socket = await app.socket();
    socket.pause();
    socket.write(GET('/broken/endless'));
    // The kernel's buffers fill up, and then nothing may be pulled any more.
    let before = -1;
    for (let still = 0; still < 200; still = pulledBytes === before ? still + 1 : 0) {
      before = pulledBytes;
      await new Promise(resolve => setImmediate(resolve));
    }
    socket.destroy();
    const record = await app.storedRecord();
    expect(record.response.outcome).to.equal('aborted');
    expect(record.response.bytes).to.be.within(1, 32 * 1_048_576);
  });
});

describe('over HTTP/2', () => {
  it('what the request line would say is not recorded as headers', async () => {
    const app = await testApp().controllers(BrokenController).overHttp2().start();
    await app.request2('/broken/none?pin=4711');
    const { request } = await app.storedRecord();
    expect(Object.keys(request.headers).filter(name => name.startsWith(':'))).to.deep.equal([]);
    expect(JSON.stringify(request)).not.to.contain('4711');
  });

  it('a body in one piece is recorded, a stream by its size, a cancelled one as aborted', async () => {
    const app = await testApp().controllers(BrokenController).overHttp2().start();
    expect((await app.request2('/broken/fast')).text).to.equal('{"fast":true}');
    const cancelled = app.request2('/broken/endless', { cancelAfterHeaders: true });
    expect((await cancelled).status).to.equal(200);
    const [fast, endless] = await app.storedRecords();
    expect(fast!.response).to.deep.include({ status: 200, outcome: 'sent', bytes: 13, body: { fast: true } });
    expect(endless!.response).to.deep.include({ status: 200, outcome: 'aborted', bodyOmitted: 'stream' });
  });

  it('requests at the same time do not end each other', async () => {
    const app = await testApp().controllers(BrokenController).overHttp2().start();
    const session = connect(`http://127.0.0.1:${app.port}`);
    const slow = session.request({ ':path': '/broken/slow' });
    await entered.opened;
    const fast = session.request({ ':path': '/broken/fast' }).resume();
    await once(fast, 'close');
    leave.open();
    await once(slow.resume(), 'close');
    session.close();
    const records = await app.storedRecords();
    expect(records.map(({ response }) => [response.status, response.outcome])).to.deep.equal([
      [200, 'sent'],
      [200, 'sent'],
    ]);
  });

  it('a client that leaves before the response gives an aborted record without a status', async () => {
    const app = await testApp().controllers(BrokenController).overHttp2().start();
    const session = connect(`http://127.0.0.1:${app.port}`);
    const request = session.request({ ':path': '/broken/slow' });
    request.on('error', () => {});
    const [stream] = (await once(app.server, 'stream')) as [ServerHttp2Stream];
    await entered.opened;
    request.close(constants.NGHTTP2_CANCEL);
    await once(stream, 'close');
    session.close();
    leave.open();
    expect((await app.storedRecord()).response).to.deep.include({ status: null, outcome: 'aborted' });
  });

  it('a body that no header announces is recorded', async () => {
    const app = await testApp().controllers(BrokenController).overHttp2().start();
    const session = connect(`http://127.0.0.1:${app.port}`);
    const headers = { ':method': 'POST', ':path': '/broken/slow', 'content-type': 'application/json' };
    const request = session.request(headers).resume();
    request.end('{"password":"canary"}');
    leave.open();
    await once(request, 'close');
    session.close();
    expect((await app.storedRecord()).request).to.deep.include({ bytes: null, body: { password: '[REDACTED]' } });
  });

  it('a long body counts as sent', async () => {
    const app = await testApp().controllers(BrokenController).overHttp2().start();
    expect((await app.request2('/broken/long')).text).to.have.length(300_013);
    expect((await app.storedRecord()).response).to.deep.include({
      outcome: 'sent',
      bytes: 300_013,
      bodyOmitted: 'too-large',
    });
  });
});

describe('requests on one connection', () => {
  it('do not see each other', async () => {
    const app = await start();
    const reply = await app.raw(
      GET('/broken/fast?n=1') + GET('/broken/fast?n=2') + 'GET /broken/fast?n=3 HTTP/1.0\r\nHost: spec\r\n\r\n',
    );
    expect(reply.split('HTTP/1.1 200')).to.have.length(4);
    const records = await app.storedRecords();
    expect(records.map(({ request }) => request.query['n'])).to.deep.equal(['1', '2', '3']);
    expect(new Set(records.map(({ _id }) => _id)).size).to.equal(3);
    expect(app.logging.stats().exchanges).to.deep.include({ seen: 3, open: 0, pending: 0, recorded: 3 });
  });
});
