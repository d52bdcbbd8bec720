import { expect } from 'chai';
import { arrange, jsonText } from './arrange';

describe('a body beyond its budget', () => {
  it('is cut where it is too deep', () => {
    const arranged = arrange({ maxDepth: 2 });
    expect(arranged.requestBody({ a: { b: { c: 1 } }, d: [[1]] })).to.deep.equal({
      a: { b: '[TRUNCATED: depth]' },
      d: ['[TRUNCATED: depth]'],
    });
  });

  it('keeps what is at the top and tells how much is missing', () => {
    const arranged = arrange({ maxNodes: 4 });
    expect(arranged.requestBody({ a: [1, 2, 3], b: { c: 1, d: 2 } })).to.deep.equal({
      a: [1, 2, '[TRUNCATED: 1 more]'],
      b: { '[TRUNCATED]': '[TRUNCATED: 2 more]' },
    });
  });

  it('has its texts cut, and no surrogate pair with them', () => {
    const arranged = arrange({ maxStringLength: 16 });
    expect(arranged.requestBody({ a: 'x'.repeat(16), b: 'x'.repeat(20), c: `${'x'.repeat(15)}😀😀` })).to.deep.equal({
      a: 'x'.repeat(16),
      b: `${'x'.repeat(16)}…[+4 characters]`,
      c: `${'x'.repeat(15)}…[+4 characters]`,
    });
  });

  it('has halves of surrogate pairs replaced', () => {
    const { request } = arrange().redact({ body: jsonText('["\\ud800","a\\uDC00b","\\ud83d\\ude00"]') });
    expect(request.body).to.deep.equal(['\ufffd', 'a\ufffdb', '😀']);
  });

  it('has numbers that only one of JSON and BSON knows made plain', () => {
    const { request } = arrange().redact({ body: jsonText('[1e999,-1e999,-0,1]') });
    expect(request.body).to.deep.equal(['Infinity', '-Infinity', 0, 1]);
    expect(Object.is((request.body as number[])[2], 0)).to.equal(true);
  });

  it('costs no stack: 100000 levels', () => {
    const text = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const { request } = arrange().redact({ body: jsonText(text) });
    expect(JSON.stringify(request.body)).to.equal(`${'['.repeat(32)}"[TRUNCATED: depth]"${']'.repeat(32)}`);
    expect(arrange().redact({ body: jsonText(`{"password":${text}}`) }).request.body).to.deep.equal({
      password: '[REDACTED]',
    });
  });

  it('costs bounded time: 100000 keys and as many elements', () => {
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`key${at}`, at]));
    const body = arrange().requestBody(wide) as Record<string, unknown>;
    expect(Object.keys(body)).to.have.length(10_001);
    expect(body['[TRUNCATED]']).to.equal('[TRUNCATED: 90000 more]');
    const list = arrange().requestBody(Array.from({ length: 100_000 }, () => 0)) as unknown[];
    expect(list).to.have.length(10_001);
  });
});
