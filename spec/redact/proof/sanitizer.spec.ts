import { expect } from 'chai';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import type { JsonValue } from '../../../src/record/json-value';
import { DEFAULT_NAMES } from '../../../src/redact/default-names';
import { toJsonValue } from '../../../src/redact/to-json-value';
import { unescapeKey } from '../../../src/redact/unescape-key';
import { DEFAULT_LIMITS } from '../../../src/redact/value-limits';
import { checkProperty } from '../../support/check-property';
import { anything, nested, survivesJsonAndBson } from '../../support/hostile-values';
import { proofScale } from '../../support/proof-scale';
import { arrange, jsonText } from '../arrange';

// A text that was cut tells how much is missing.
const MAX_MARKER_LENGTH = 40;
const MAX_KEY_LENGTH = 3 * 256 + MAX_MARKER_LENGTH;

interface Size {
  depth: number;
  nodes: number;
  longestText: number;
  longestKey: number;
}

/** Without recursion, so that what is too deep is told and not thrown. */
function sizeOf(root: JsonValue): Size {
  const size: Size = { depth: 0, nodes: 0, longestText: 0, longestKey: 0 };
  const pending: [JsonValue, depth: number][] = [[root, 0]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [value, depth] = next;
    if (typeof value === 'string') size.longestText = Math.max(size.longestText, value.length);
    if (typeof value !== 'object' || value === null) continue;
    size.depth = Math.max(size.depth, depth + 1);
    for (const [key, member] of Object.entries(value)) {
      size.nodes++;
      size.longestKey = Math.max(size.longestKey, key.length);
      pending.push([member, depth + 1]);
    }
  }
  return size;
}

/** The same tree under the names that its keys stand for. */
function underNames(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(underNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [unescapeKey(key), underNames(member)]));
}

const limits = fc.record({
  maxDepth: fc.integer({ min: 1, max: 8 }),
  maxNodes: fc.integer({ min: 1, max: 60 }),
  maxStringLength: fc.integer({ min: 16, max: 80 }),
});

const hostileName = fc.constantFrom(
  '$where',
  'a.b',
  '',
  '__proto__',
  '_bsontype',
  'constructor',
  'nul\u0000',
  '%24a',
  '[x]',
);
const name = fc.oneof(hostileName, fc.constantFrom(...DEFAULT_NAMES), fc.string({ unit: 'binary', maxLength: 12 }));
const { json } = fc.letrec(tie => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.string({ unit: 'binary' }),
    fc.constantFrom<unknown>(null, true, -0, 1e308, 2 ** 53, 'x'.repeat(9_000), '\ud800'),
    fc.array(tie('json'), { maxLength: 5 }),
    // Pairs, because an object literal would set a prototype.
    fc.array(fc.tuple(name, tie('json')), { maxLength: 5 }).map(pairs => Object.fromEntries(pairs) as unknown),
    fc.constantFrom(40, 500).map(levels => nested(levels) as unknown),
  ),
}));

function deepFreeze<Tree>(root: Tree): Tree {
  const pending: unknown[] = [root];
  for (const value of pending) {
    if (typeof value !== 'object' || value === null) continue;
    Object.freeze(value);
    pending.push(...Object.values(value));
  }
  return root;
}

describe('whatever is made plain', () => {
  const cases = 700 * proofScale();

  it(`keeps to its limits, can be stored, and is the same when made plain again (${cases} cases)`, async () => {
    const property = fc.property(anything, fc.option(limits, { nil: {} }), (make, given) => {
      const { maxDepth, maxNodes, maxStringLength } = { ...DEFAULT_LIMITS, ...given };
      const plain = toJsonValue(make(), given);
      survivesJsonAndBson(plain);
      const size = sizeOf(plain);
      expect(size.depth).to.be.at.most(maxDepth);
      // One marker for each array or object that was cut.
      expect(size.nodes).to.be.at.most(2 * maxNodes + 1);
      expect(size.longestText).to.be.at.most(maxStringLength + MAX_MARKER_LENGTH);
      expect(size.longestKey).to.be.at.most(MAX_KEY_LENGTH);
      const room = { maxDepth, maxNodes: 2 * maxNodes + 1, maxStringLength: maxStringLength + MAX_MARKER_LENGTH };
      expect(toJsonValue(underNames(plain), room)).to.deep.equal(plain);
    });
    const { seed, runs } = await checkProperty(property, cases);
    console.log(`      ${runs} values, seed ${seed}`);
  }).timeout(10_000 * proofScale());

  it('is left as it was', async () => {
    const values = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    });
    const property = fc.property(values, value => {
      const before = fc.stringify(value);
      toJsonValue(value);
      expect(fc.stringify(value)).to.equal(before);
    });
    await checkProperty(property, 200 * proofScale());
  }).timeout(10_000 * proofScale());
});

describe('whatever is redacted', () => {
  const cases = 400 * proofScale();

  it(`keeps to its limits, can be stored, and is the same when redacted again (${cases} cases)`, async () => {
    const ordinary = arrange();
    const property = fc.property(json, fc.option(limits, { nil: null }), (tree, given) => {
      const body = jsonText(JSON.stringify(tree));
      const arranged = given ? arrange(given) : ordinary;
      const { maxDepth, maxNodes, maxStringLength } = given ?? DEFAULT_LIMITS;
      const snapshotBody = deepFreeze(body);
      const { request, response } = arranged.redact({ body: snapshotBody, responseBody: snapshotBody });
      expect(arranged.reports).to.deep.equal([]);
      for (const redacted of [request.body, response.body]) {
        if (redacted === undefined) throw new Error('the body is missing');
        survivesJsonAndBson(redacted);
        const size = sizeOf(redacted);
        expect(size.depth).to.be.at.most(maxDepth);
        expect(size.nodes).to.be.at.most(2 * maxNodes + 1);
        expect(size.longestText).to.be.at.most(maxStringLength + MAX_MARKER_LENGTH);
        expect(size.longestKey).to.be.at.most(MAX_KEY_LENGTH);
      }
      if (given !== null || JSON.stringify(request.body).includes('[TRUNCATED') || body.kind !== 'text') return;
      if (body.text.length > maxStringLength) return;
      const again = ordinary.redact({ body: jsonText(JSON.stringify(underNames(request.body!))) }).request.body;
      expect(again).to.deep.equal(request.body);
    });
    const { seed, runs } = await checkProperty(property, cases);
    console.log(`      ${runs} trees, seed ${seed}`);
  }).timeout(10_000 * proofScale());

  it('fits its budget of bytes, whatever part is too large', async () => {
    const maxRecordBytes = 65_536;
    const text = fc.oneof(
      fc.constantFrom('a', '"', '\\', '1', 'lorem ipsum ', 'é', '\u2028', '😀'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
    );
    const large = fc
      .tuple(text, fc.integer({ min: 1, max: 9_000 }), fc.integer({ min: 1, max: 60 }))
      .map(([unit, times, count]) => Array.from({ length: count }, () => unit.repeat(times).slice(0, 9_000)));
    const arranged = arrange({ maxRecordBytes });
    const property = fc.property(large, large, fc.option(large), (sent, answered, noted) => {
      const { request, response, attributes } = arranged.redact({
        body: jsonText(JSON.stringify(sent)),
        responseBody: jsonText(JSON.stringify({ password: '1', answered })),
        ...(noted && { attributes: { noted } }),
      });
      // In JSON, text of control characters alone can take six times as much: a record's size is counted unescaped.
      const bytes = BSON.calculateObjectSize({ request: request.body, response: response.body, attributes });
      expect(bytes).to.be.at.most(maxRecordBytes * 1.01);
    });
    await checkProperty(property, 60 * proofScale());
  }).timeout(20_000 * proofScale());
});
