import { expect } from 'chai';
import { toJsonValue } from '../../src/redact/to-json-value';

function fail(): never {
  throw new Error('ran');
}

class Point {
  readonly x = 1;
  #hidden = 2;
  get sum(): number {
    return this.#hidden + fail();
  }
  toJSON(): never {
    return fail();
  }
}

describe('an application value', () => {
  const cases: [string, unknown, unknown][] = [
    ['undefined', undefined, null],
    ['a function', fail, null],
    ['a symbol', Symbol('x'), null],
    ['a big integer', 2n ** 70n, '1180591620717411303424'],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', -Infinity, '-Infinity'],
    ['-0', -0, 0],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), 'Invalid Date'],
    ['a buffer', Buffer.from('abc'), '[binary: 3 bytes]'],
    ['a typed array', new Float64Array(2), '[binary: 16 bytes]'],
    ['a URL', new URL('https://me:pw@shop.example/x?token=1#y'), 'https://shop.example/x'],
    ['an error', Object.assign(new TypeError('no'), { body: 'raw' }), { name: 'TypeError', message: 'no' }],
    ['a boxed value', [Object('x'), Object(1), Object(true)], ['x', 1, true]],
    ['a map', new Map([['a.b', 1]]), { 'a%2Eb': 1 }],
    [
      'a map with other keys',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, { b: 3 }],
      ]),
      [
        ['a', 1],
        [2, { b: 3 }],
      ],
    ],
    ['a set', new Set([1, 'a']), [1, 'a']],
    ['members without a value', { a: undefined, b: fail, c: Symbol('x'), d: null }, { d: null }],
    ['elements without a value', [undefined, fail, null], [null, null, null]],
    ['an instance', new Point(), { x: 1 }],
    ['a null prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['hostile keys', JSON.parse('{"__proto__":1,"$a":2,"":3}'), { '%5F_proto__': 1, '%24a': 2, '%': 3 }],
    ['half a surrogate pair', 'a\ud800', 'a\ufffd'],
    ['a proxy', { p: new Proxy({}, { get: fail, ownKeys: fail }) }, { p: '[Proxy]' }],
    ['a getter', Object.defineProperty({}, 'a', { get: fail, enumerable: true }), { a: '[Getter]' }],
    ['a fake URL', Object.create(URL.prototype), '[Unreadable]'],
    ['a map that lies about its size', Object.defineProperty(new Map([['a', 1]]), 'size', { get: fail }), { a: 1 }],
  ];
  for (const [what, value, expected] of cases) {
    it(`becomes plain data: ${what}`, () => expect(toJsonValue(value)).to.deep.equal(expected));
  }

  it('that holds itself is cut there, and told twice where it is merely shared', () => {
    const shared = { a: 1 };
    const value: Record<string, unknown> = { one: shared, two: shared };
    value['self'] = { inner: value };
    expect(toJsonValue(value)).to.deep.equal({ one: { a: 1 }, two: { a: 1 }, self: { inner: '[Circular]' } });
  });

  it('beyond the limits is cut and marked', () => {
    const sparse: unknown[] = [];
    sparse[1e6] = 1;
    expect(toJsonValue(sparse, { maxNodes: 2 })).to.deep.equal([null, null, '[TRUNCATED: 999999 more]']);
    expect(toJsonValue({ a: 1, b: 2, c: 3 }, { maxNodes: 1 })).to.deep.equal({
      a: 1,
      '[TRUNCATED]': '[TRUNCATED: 2 more]',
    });
    expect(toJsonValue({ a: [1] }, { maxDepth: 1 })).to.deep.equal({ a: '[TRUNCATED: depth]' });
    expect(toJsonValue('abc', { maxStringLength: 1 })).to.equal('a…[+2 characters]');
  });
});
