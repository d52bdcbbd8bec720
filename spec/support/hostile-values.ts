import { expect } from 'chai';
import fc from 'fast-check';
import { BSON } from 'mongodb';

const hostile = fc.constantFrom<() => unknown>(
  () => new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower }),
  () => {
    const revocable = Proxy.revocable({}, {});
    revocable.revoke();
    return revocable.proxy;
  },
  () => Object.defineProperty({}, 'x', { get: thrower, enumerable: true }),
  () => Object.defineProperty([], 0, { get: thrower, enumerable: true }),
  () => ({ toJSON: thrower, toBSON: thrower, toString: thrower, valueOf: thrower }),
  () => {
    const cyclic: unknown[] = [];
    cyclic.push({ cyclic });
    return cyclic;
  },
  () => Array.from({ length: 3 }).fill(10n ** 30n),
  () => Object.assign([1], { 5: 2 }),
  () => Object.create(new Proxy({}, { get: thrower, getPrototypeOf: thrower })) as unknown,
  () => Object.defineProperty(new Error('x'), 'message', { get: thrower }),
  () => Object.defineProperty(new Date(), 'toISOString', { value: thrower }),
  () => Object.setPrototypeOf(() => 1, null) as unknown,
  () => new Map<unknown, unknown>([[{}, Symbol('x')]]),
  () =>
    JSON.parse(
      '{"__proto__":{"a":1},"constructor":{"prototype":1},"a\\u0000b":1,"$where":1,"_bsontype":"Long"}',
    ) as unknown,
  () => ['\ud800', 'a\udc00b', { '\ud83d': '\u2028\u0000' }],
  () => nested(2_000),
  () => Object.assign([], { length: 50_000 }),
  () => Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`key${at}`, at])),
  () => 'long \ud83d\ude00'.repeat(3_000),
  () =>
    new (class extends Map<string, number> {
      override [Symbol.iterator] = thrower;
      override entries = thrower;
    })([['a', 1]]),
);
/** Whatever JavaScript can make: makers, because a generator could not carry a revoked Proxy. */
export const { anything } = fc.letrec<{ anything: () => unknown }>(tie => ({
  anything: fc.oneof(
    { maxDepth: 4 },
    fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })
      .map(value => () => value),
    hostile,
    fc.array(tie('anything'), { maxLength: 3 }).map(makers => () => makers.map(make => make())),
    fc
      .dictionary(fc.string({ unit: 'binary' }), tie('anything'), { maxKeys: 3 })
      .map(makers => () => Object.fromEntries(Object.entries(makers).map(([key, make]) => [key, make()]))),
  ),
}));

/** Arrays in arrays, deeper than the stack of a recursive walk. */
export function nested(levels: number): unknown[] {
  let inner: unknown[] = [];
  for (let level = 1; level < levels; level++) inner = [inner];
  return inner;
}

/** @throws when JSON or BSON would change the value. */
export function survivesJsonAndBson(value: unknown): void {
  const document = { value };
  expect(JSON.parse(JSON.stringify(document))).to.deep.equal(document);
  expect(BSON.deserialize(BSON.serialize(document, { checkKeys: true }))).to.deep.equal(document);
}

function thrower(): never {
  throw new Error('ran');
}
