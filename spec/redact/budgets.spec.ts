import { expect } from 'chai';
import { Type } from 'class-transformer';
import { Sensitive } from '../../src/decorators/sensitive';
import { arrange, json, jsonText } from './arrange';

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

  it('costs no stack in a typed body: 100000 levels of a class that refers to itself', () => {
    class Link {
      @Sensitive() clasp!: string;
      @Type(() => Link) next!: unknown;
    }
    const text = `${'{"clasp":"x","next":'.repeat(100_000)}null${'}'.repeat(100_000)}`;
    const parts = arrange({ maxDepth: 3 }).redact({ parameters: [{ in: 'body', type: Link }], body: jsonText(text) });
    expect(parts.request.body).to.deep.equal({
      clasp: '[REDACTED]',
      next: { clasp: '[REDACTED]', next: { clasp: '[REDACTED]', next: '[TRUNCATED: depth]' } },
    });
  });

  it('costs bounded memory: 200,000 keys, and keys as long as a text', () => {
    const text = `{${Array.from({ length: 200_000 }, (_, at) => `"k${at}":1`).join()}}`;
    const { request } = arrange({ maxNodes: 100 }).redact({ body: jsonText(text) });
    expect(Object.keys(request.body as object)).to.have.length(101);
    const long = arrange().requestBody({ ['k'.repeat(4_000)]: 1, ['k'.repeat(5_000)]: 2 });
    expect(Object.entries(long as object)).to.deep.equal([
      [`${'k'.repeat(256)}…[+3744 characters]`, 1],
      [`${'k'.repeat(256)}…[+4744 characters]`, '[REDACTED]'],
    ]);
  });

  it('cannot grow by what a redaction function returns', () => {
    class Grower {
      @Sensitive({ mode: () => 'grown '.repeat(1_000) }) seed!: string;
    }
    const body = Array.from({ length: 1_000 }, () => ({ seed: 'x' }));
    const grown = arrange({ maxRecordBytes: 65_536 }).requestBody(body, Grower) as { readonly seed: string }[];
    const counts = [grown.filter(({ seed }) => seed.startsWith('grown')).length, grown.length];
    expect(counts).to.deep.equal([5, 1_000]);
    expect(grown.at(-1)).to.deep.equal({ seed: '[REDACTED]' });
  });

  it('together with other parts goes when the record would be too large, the largest first', () => {
    const arranged = arrange({ maxRecordBytes: 65_536 });
    const parts = arranged.redact({
      body: json({ a: 'a'.repeat(8_000) }),
      responseBody: json(Array.from({ length: 8 }, () => 'b'.repeat(8_000))),
      attributes: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`c${at}`, 'c'.repeat(8_000)])),
    });
    expect(parts.attributes).to.deep.equal({ '[TRUNCATED]': '[TRUNCATED: 160172 bytes]' });
    expect(parts.response).to.deep.include({ bodyOmitted: 'too-large' });
    expect(parts.request.body).to.deep.equal({ a: 'a'.repeat(8_000) });
    const stack = arranged.redact({
      error: { causes: Array.from({ length: 20 }, () => ({ name: 'E', message: 'm'.repeat(9_000) })) },
    });
    expect(stack.error).to.deep.include({ name: 'Error', causes: [] });
  });

  it('is judged by what the host reads: of keys that come twice the last', () => {
    class Twice {
      @Sensitive() hush!: string;
    }
    const text = '{"hush":"one-secret","hush":"two-secret","kettle":"one","kettle":"two"}';
    const parts = arrange().redact({ parameters: [{ in: 'body', type: Twice }], body: jsonText(text) });
    expect(parts.request.body).to.deep.equal({ hush: '[REDACTED]', kettle: 'two' });
  });

  it('keeps names that every object inherits apart from what it has', () => {
    const text =
      '{"__proto__":{"password":"x"},"constructor":{"password":"y"},"toJSON":"t","toString":{"hasOwnProperty":1}}';
    const { request } = arrange().redact({ body: jsonText(text) });
    expect(JSON.stringify(request.body)).to.equal(
      '{"%5F_proto__":{"password":"[REDACTED]"},"constructor":{"password":"[REDACTED]"},' +
        '"toJSON":"t","toString":{"hasOwnProperty":1}}',
    );
    expect(({} as { readonly password?: string }).password).to.equal(undefined);
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
