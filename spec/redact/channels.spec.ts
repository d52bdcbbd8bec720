import { expect } from 'chai';
import { Sensitive } from '../../src/decorators/sensitive';
import { type Arranged, arrange, form, json, jsonText } from './arrange';

class Search {
  @Sensitive() nick!: string;
  term!: string;
}

describe('the parts of an exchange', () => {
  let arranged: Arranged;
  beforeEach(() => (arranged = arrange()));

  describe('a query', () => {
    const queryOf = (url: string, parameters: Parameters<Arranged['redact']>[0]['parameters'] = []) =>
      ({ ...arranged.redact({ url, parameters }).request.query }) as unknown;

    it('goes by name rules, repeated and bracketed names included', () => {
      expect(queryOf('/x?token=a&token=b&user[password]=c&page=1&page=2&flag&=')).to.deep.equal({
        token: '[REDACTED]',
        'user[password]': '[REDACTED]',
        page: ['1', '2'],
        flag: '',
        '%': '',
      });
    });

    it('keeps broken escapes as text and own keys out of prototypes', () => {
      expect(queryOf('/x?a=%zz&b=%ff&__proto__=1&a.b=2')).to.deep.equal({
        a: '%zz',
        b: '\ufffd',
        '%5F_proto__': '1',
        'a%2Eb': '2',
      });
    });

    it('loses the secrets of a URL in a value', () => {
      const inner = encodeURIComponent('https://me:pw@shop/?token=abc&page=1');
      expect(queryOf(`/x?next=${inner}`)).to.deep.equal({
        next: 'https://[REDACTED]@shop/?token=[REDACTED]&page=1',
      });
    });

    it('follows the marks of its parameters and of its class', () => {
      const mark = { mode: 'mask', keepFirst: 0, keepLast: 1 } as const;
      const parameters = [
        { in: 'query', type: Search },
        { in: 'query', name: 'phone', mark },
      ] as const;
      expect(queryOf('/x?nick=a&term=b&phone=123', parameters)).to.deep.equal({
        nick: '[REDACTED]',
        term: 'b',
        phone: '**3',
      });
      expect(queryOf('/x?a=1&b=2', [{ in: 'query', mark: { mode: 'redact' } }])).to.deep.equal({
        a: '[REDACTED]',
        b: '[REDACTED]',
      });
    });
  });

  describe('a path', () => {
    it('loses sensitive parameters, sent plain or encoded', () => {
      const { request } = arranged.redact({ url: '/reset/a%2Bb/now?x=1', params: { token: 'a+b', when: 'now' } });
      expect(request.path).to.equal('/reset/[REDACTED]/now');
      expect(request.params).to.deep.equal({ token: '[REDACTED]', when: 'now' });
    });

    it('loses a parameter that is a part of a segment, and only that part', () => {
      const { request } = arranged.redact({ url: '/v1/files/abc.pdf', params: { secret: 'abc' } });
      expect(request.path).to.equal('/v1/files/[REDACTED].pdf');
    });

    it('keeps other segments that merely contain a short parameter', () => {
      const { request } = arranged.redact({ url: '/v1/pins/1', params: { pin: '1' } });
      expect(request.path).to.equal('/v1/pins/[REDACTED]');
    });

    it('loses a wildcard parameter and the origin of an absolute target', () => {
      const { request } = arranged.redact({
        url: 'http://me:pw@shop/files/a/b',
        params: { path: 'a/b' },
        parameters: [{ in: 'path', name: 'path', mark: { mode: 'redact' } }],
      });
      expect(request.path).to.equal('/files/[REDACTED]');
    });
  });

  describe('headers', () => {
    const headersOf = (headers: Record<string, string | string[]>, parameters = {}) =>
      arranged.redact({ headers, ...parameters }).request.headers;

    it('of authorization keep the scheme only', () => {
      expect(
        headersOf({ authorization: 'Bearer abc.def', 'proxy-authorization': 'odd', 'x-api-key': 'k' }),
      ).to.deep.equal({
        authorization: 'Bearer [REDACTED]',
        'proxy-authorization': '[REDACTED]',
        'x-api-key': '[REDACTED]',
      });
    });

    it('of cookies keep the names only', () => {
      expect(headersOf({ cookie: 'sid=abc; theme=dark;lone; a="x=y"' })).to.deep.equal({
        cookie: 'sid=[REDACTED]; theme=[REDACTED]; [REDACTED]; a=[REDACTED]',
      });
      const parts = arranged.redact({ responseHeaders: { 'set-cookie': ['sid=abc; Path=/; HttpOnly', 'b=c'] } });
      expect(parts.response.headers).to.deep.equal({
        'set-cookie': ['sid=[REDACTED]; Path=/; HttpOnly', 'b=[REDACTED]'],
      });
    });

    it('of cookies keep what a parameter says is harmless', () => {
      const parameters = [{ in: 'cookie', name: 'theme', mark: false }] as const;
      expect(headersOf({ cookie: 'sid=abc; theme=dark' }, { parameters })).to.deep.equal({
        cookie: 'sid=[REDACTED]; theme=dark',
      });
    });

    it('that hold a URL lose its secrets', () => {
      const referer = 'https://me:pw@shop/cb?code=1&access_token=abc#id_token=def&x=1';
      expect(headersOf({ referer })).to.deep.equal({
        referer: 'https://[REDACTED]@shop/cb?code=1&access_token=[REDACTED]#id_token=[REDACTED]&x=1',
      });
    });

    it('follow the marks of their parameters, whatever the case', () => {
      const parameters = [{ in: 'header', name: 'X-Member', mark: { mode: 'mask', keepFirst: 0, keepLast: 2 } }];
      expect(headersOf({ 'x-member': '12345' }, { parameters })).to.deep.equal({ 'x-member': '***45' });
    });

    it('that carry an object of a class follow the marks of the class', () => {
      const parameters = [{ in: 'header', name: 'x-search', type: Search }];
      expect(headersOf({ 'x-search': '{"nick":"me","term":"x"}' }, { parameters })).to.deep.equal({
        'x-search': '{"nick":"[REDACTED]","term":"x"}',
      });
    });

    it('that came before and were harmless are not taken for it when a parameter marks them', () => {
      const parameters = [{ in: 'header', name: 'x-badge', mark: { mode: 'redact' } }];
      for (let times = 0; times < 2; times++) {
        expect(headersOf({ 'x-badge': '12345' })).to.deep.equal({ 'x-badge': '12345' });
        expect(headersOf({ 'x-badge': '12345' }, { parameters })).to.deep.equal({ 'x-badge': '[REDACTED]' });
      }
    });

    it('that came before and were harmless lose what a class marks since then', () => {
      const headers = { referer: 'https://shop/?lateBadge=12345', 'late-badge': '12345' };
      expect(headersOf(headers)).to.deep.equal(headers);
      class Late {
        @Sensitive() lateBadge!: string;
      }
      arranged.redactor.planOf(Late);
      expect(headersOf(headers)).to.deep.equal({
        referer: 'https://shop/?lateBadge=[REDACTED]',
        'late-badge': '[REDACTED]',
      });
    });

    it('that came before and were harmless lose what is secret in this exchange', () => {
      const headers = { 'x-plan': 'gold-member-7' };
      expect(headersOf(headers)).to.deep.equal(headers);
      expect(headersOf(headers, { body: json({ password: 'gold-member-7' }) })).to.deep.equal({
        'x-plan': '[REDACTED]',
      });
    });

    it('that come again with another value are looked at again', () => {
      for (const value of ['https://shop/?page=1', 'https://shop/?token=abc', 'https://shop/?page=1']) {
        expect(headersOf({ referer: value }).referer).to.equal(value.replace('abc', '[REDACTED]'));
      }
    });

    it('hold no half of a surrogate pair, whatever the next one begins with', () => {
      expect(headersOf({ 'x-first': 'a\ud83d', 'x-next': '\ude00b' })).to.deep.equal({
        'x-first': 'a\ufffd',
        'x-next': '\ufffdb',
      });
    });

    it('have keys that MongoDB can read', () => {
      expect(headersOf({ 'x.y': '1', $z: '2' })).to.deep.equal({ 'x%2Ey': '1', '%24z': '2' });
    });
  });

  describe('a form', () => {
    it('is read as the host reads it and goes by the same rules', () => {
      const body = form('user.password=a&user[nick]=b&tokens[]=c&list[]=1&list[]=2&__proto__[x]=1');
      const parameters = [{ in: 'body', type: Search }] as const;
      const { request } = arranged.redact({ body, parameters });
      expect(JSON.parse(JSON.stringify(request.body))).to.deep.equal({
        user: { password: '[REDACTED]', nick: '[REDACTED]' },
        tokens: '[REDACTED]',
        list: ['1', '2'],
      });
    });

    it('does not hide a secret behind nesting that is too deep to read', () => {
      const { request } = arranged.redact({ body: form('a[b][c][d][e][f][g][password]=hunter2hunter2') });
      expect(JSON.stringify(request.body)).to.not.contain('hunter2');
    });
  });

  describe('a body', () => {
    it('that cannot be parsed is left out', () => {
      const { request } = arranged.redact({ body: jsonText('{"password":"x"') });
      expect([request.body, request.bodyOmitted]).to.deep.equal([undefined, 'unparsable']);
    });

    it('that was not kept says why', () => {
      const { request } = arranged.redact({ body: { kind: 'omitted', why: 'too-large' } });
      expect(request.bodyOmitted).to.equal('too-large');
      expect(arranged.redact({}).request).to.not.have.any.keys('body', 'bodyOmitted');
    });

    it('of several parts names its fields and files', () => {
      const files = [{ field: 'photo', name: 'me.png', contentType: 'image/png', bytes: 3 }];
      const { request } = arranged.redact({ body: { kind: 'multipart', fields: ['title'], files } });
      expect(request.bodyOmitted).to.equal('multipart');
      expect(request.body).to.deep.equal({ fields: ['title'], files });
    });

    it('whose redaction fails is left out, and the rest of the record is kept', () => {
      const hint = { each: undefined } as never;
      Object.defineProperty(hint, 'plan', { get: failing });
      const parts = arranged.redactHere({ url: '/kept', body: { kind: 'text', format: 'json', text: '{}', hint } });
      expect(parts.request.bodyOmitted).to.equal('redaction-failed');
      expect(parts.request.path).to.equal('/kept');
      expect(arranged.reports.map(({ code }) => code)).to.deep.equal(['REDACTION_FAILED']);
    });
  });

  it('include attributes, whose keys are not escaped twice', () => {
    expect(arranged.redactor.redactAttributes({ 'a%2Eb': 1, password: 'x', list: [{ pin: 1 }] }, 'r1')).to.deep.equal({
      'a%2Eb': 1,
      password: '[REDACTED]',
      list: [{ pin: '[REDACTED]' }],
    });
  });

  it('are not changed by their redaction', () => {
    const attributes = { password: 'x', list: [{ token: 'y' }] };
    const headers = { cookie: 'a=b' };
    const params = { token: 'abc' };
    arranged.redact({ attributes, headers, params, url: '/abc' });
    arranged.redactor.redactAttributes(attributes, 'r1');
    expect([attributes, headers, params]).to.deep.equal([
      { password: 'x', list: [{ token: 'y' }] },
      { cookie: 'a=b' },
      { token: 'abc' },
    ]);
  });
});

function failing(): never {
  throw new Error('a fault of ours');
}
