import 'reflect-metadata';
import { expect } from 'chai';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import type { Response } from 'koa';
import { All, Body, Get, JsonController, Param, Post, QueryParam, Res } from 'routing-controllers';
import { Logged, Sensitive } from '../../src';
import { testApp } from '../support/test-app';

class Anything {
  @Sensitive() secret!: unknown;
  [key: string]: unknown;
}

@Logged()
@JsonController('/hostile')
class HostileController {
  @Post('/echo') echo(@Body() body: Anything) {
    return body;
  }
  @Get('/token/:token') token(@Param('token') @Sensitive() token: string, @QueryParam('key') @Sensitive() key: string) {
    return { length: token.length + (key ?? '').length };
  }
  @All('/any') any() {
    return {};
  }
  @Get('/prototype') prototype(@Res() response: Response) {
    response.set('__proto__', 'sent');
    return {};
  }
}

const start = () => testApp().controllers(HostileController).logging({ unmatched: 'all' }).start();

describe('hostile requests', () => {
  it('never change the answer, leak, or break a record (random JSON bodies)', async () => {
    const logged = await start();
    const bare = await testApp().controllers(HostileController).withoutLogging().start();
    const hostileKey = fc.constantFrom(
      '$where',
      'a.b',
      '',
      '_bsontype',
      'toJSON',
      'toBSON',
      'constructor',
      '_id',
      'nul\u0000',
    );
    const json = fc.letrec(tie => ({
      tree: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, -0, 1e300, 2 ** 53, '\u2028\u0085\u001b[31m', 'text'),
        fc.string({ unit: 'binary' }),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(hostileKey, fc.string()), tie('tree'), { maxKeys: 4 }),
      ),
    })).tree;
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.oneof(hostileKey, fc.string()), json, { maxKeys: 5 }),
        json,
        async (extra, secret) => {
          run++;
          const canary = `canary-${run}-canary`;
          const body = JSON.stringify({ ...extra, secret: [secret, canary], deep: { password: { canary } } });
          const [expected, actual] = await Promise.all([bare, logged].map(app => app.post('/hostile/echo', body)));
          expect(actual!.status).to.equal(expected!.status);
          if (actual!.status === 200) expect(await actual!.text()).to.equal(await expected!.text());
          const record = (await logged.storedRecords(run)).at(-1)!;
          expect(JSON.stringify(record)).not.to.contain(canary);
          const stored = BSON.deserialize(BSON.serialize(record));
          expect(stored['request'].body).to.deep.equal(record.request.body ?? stored['request'].body);
        },
      ),
      { numRuns: 80 },
    );
    expect(logged.reports).to.deep.equal([]);
  });

  it('with sensitive path and query parameters leave neither in path, params or query', async () => {
    const app = await start();
    await app.get('/hostile/token/canary%2Dpath-77?key=canary-query&page=2');
    const record = await app.storedRecord();
    expect(record.request.params).to.deep.equal({ token: '[REDACTED]' });
    expect(record.request.path).to.equal('/hostile/token/[REDACTED]');
    expect(record.request.query).to.deep.equal({ key: '[REDACTED]', page: '2' });
    expect(JSON.stringify(record)).not.to.contain('canary');
  });

  it('with credentials in headers keep their names and lose their values', async () => {
    const app = await start();
    await app.get('/hostile/any', {
      authorization: 'Bearer canary-bearer',
      cookie: 'sid=canary-sid; theme=canary-theme',
      'x-api-key': 'canary-key',
      'proxy-authorization': 'Basic canary-basic',
      referer: 'https://example.org/reset?token=canary-referer',
      'x-harmless': 'kept',
    });
    const { request } = await app.storedRecord();
    expect(request.headers['x-harmless']).to.equal('kept');
    expect(request.headers['cookie']).to.equal('sid=[REDACTED]; theme=[REDACTED]');
    expect(request.headers['authorization']).to.contain('[REDACTED]');
    expect(JSON.stringify(request)).not.to.contain('canary');
  });

  it('cannot make a header be missed that is named like the prototype', async () => {
    const app = await start();
    const answer = await app.get('/hostile/prototype');
    expect(answer.headers.get('__proto__')).to.equal('sent');
    const { response } = await app.storedRecord();
    expect(response.headers).to.include({ '%5F_proto__': 'sent' });
  });

  for (const { name, text, status } of [
    { name: 'invalid URL escapes', text: 'GET /hostile/any?a=%zz&%E0%A4%A=1 HTTP/1.0\r\n\r\n', status: 200 },
    { name: 'a NUL in the path', text: 'GET /hostile/token/%00x HTTP/1.0\r\n\r\n', status: 200 },
    { name: 'an escape that is no UTF-8 in the path', text: 'GET /hostile/token/%ff HTTP/1.0\r\n\r\n', status: 200 },
    { name: 'an absolute request target', text: 'GET http://user:pw@spec/hostile/any HTTP/1.0\r\n\r\n', status: 200 },
    { name: 'many equal headers', text: `GET /hostile/any HTTP/1.0\r\n${'X-A: 1\r\n'.repeat(500)}\r\n`, status: 200 },
    {
      name: 'bytes above ASCII in a header',
      text: 'GET /hostile/any HTTP/1.0\r\nUser-Agent: \xff\xfe\x80\r\n\r\n',
      status: 200,
    },
    { name: 'a header named __proto__', text: 'GET /hostile/any HTTP/1.0\r\n__proto__: x\r\n\r\n', status: 200 },
    {
      name: 'a query named __proto__',
      text: 'GET /hostile/any?__proto__=x&constructor=y HTTP/1.0\r\n\r\n',
      status: 200,
    },
    { name: 'an unknown method', text: 'PROPFIND /hostile/token/x HTTP/1.0\r\n\r\n', status: 501 },
  ]) {
    it(`with ${name} are recorded like any other`, async () => {
      const app = await start();
      const reply = await app.raw(Buffer.from(text, 'latin1'));
      const record = await app.storedRecord();
      expect(reply.slice(9, 12)).to.equal(String(record.response.status));
      expect(record.response.status).to.equal(status);
      expect(BSON.deserialize(BSON.serialize(record))['_id']).to.equal(record._id);
    });
  }

  it('with a body nested 100,000 deep are answered as without logging', async () => {
    const app = await start();
    const body = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const { status } = await app.post('/hostile/echo', body);
    expect((await app.storedRecord()).response.status).to.equal(status);
  });

  it('that share one application object with others never change it', async () => {
    const shared = Object.freeze({ password: 'canary-shared', nested: Object.freeze({ token: 'canary-nested' }) });
    @Logged()
    @JsonController('/shared')
    class SharedController {
      @Get('/a') a() {
        return shared;
      }
    }
    const app = await testApp().controllers(SharedController).start();
    expect(await (await app.get('/shared/a')).json()).to.deep.equal(shared);
    expect((await app.storedRecord()).response.body).to.deep.equal({
      password: '[REDACTED]',
      nested: { token: '[REDACTED]' },
    });
  });
});
