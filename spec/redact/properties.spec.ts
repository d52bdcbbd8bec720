import { expect } from 'chai';
import fc from 'fast-check';
import { DEFAULT_NAMES } from '../../src/redact/default-names';
import { toJsonValue } from '../../src/redact/to-json-value';
import { anything, survivesJsonAndBson } from '../support/hostile-values';
import { arrange, jsonText } from './arrange';

const SENTINEL = 'sentinel-7f3a9c';

/** A spelling of a sensitive name, and a value with the sentinel somewhere inside. */
const sensitiveName = fc
  .tuple(fc.constantFrom(...DEFAULT_NAMES), fc.constantFrom('', 'user_', 'X-', 'my.'), fc.boolean())
  .map(([name, prefix, isUpper]) => prefix + (isUpper ? name.toUpperCase() : name));
const secret = fc.constantFrom<unknown>(SENTINEL, [SENTINEL], { a: { b: `${SENTINEL}!` } }, [[{ c: SENTINEL }]]);
const withSecret = fc.tuple(sensitiveName, secret).map(([name, value]) => ({ [name]: value }));

const { tree } = fc.letrec(tie => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    withSecret,
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('tree'), { maxKeys: 4 }),
    fc
      .tuple(withSecret, fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }))
      .map(([one, other]) => ({ ...other, ...one })),
  ),
}));

describe('whatever a client sends', () => {
  it('no value under a sensitive name is recorded, and the record is plain data', () => {
    const arranged = arrange();
    fc.assert(
      fc.property(tree, value => {
        const text = JSON.stringify(value);
        const body = jsonText(text);
        const { request, response } = arranged.redact({ body, responseBody: body });
        expect(JSON.stringify([request, response])).to.not.contain(SENTINEL);
        expect(body).to.deep.equal(jsonText(text));
        survivesJsonAndBson(request.body);
      }),
      { numRuns: 400 },
    );
    expect(arranged.reports).to.deep.equal([]);
  });

  it('untouched data without a sensitive name comes out as it went in', () => {
    const names = fc.constantFrom('a', 'b', 'name', 'list', 'total');
    const plain = fc.letrec(tie => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: 'grapheme' }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(names, tie('value')),
      ),
    })).value;
    const arranged = arrange();
    fc.assert(
      fc.property(plain, value => {
        const text = JSON.stringify(value);
        expect(JSON.stringify(arranged.redact({ body: jsonText(text) }).request.body)).to.equal(text);
      }),
      { numRuns: 300 },
    );
  });

  it('urls and headers never make the redaction fail', () => {
    const arranged = arrange();
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, fc.dictionary(text, text, { maxKeys: 5 }), text, (url, headers, message) => {
        const parts = arranged.redact({ url, headers, params: headers, responseHeaders: headers, error: { message } });
        survivesJsonAndBson(parts.request);
        survivesJsonAndBson(parts.response.headers);
      }),
      { numRuns: 300 },
    );
    expect(arranged.reports).to.deep.equal([]);
  });

  it('takes linear time in error messages', () => {
    const arranged = arrange();
    const patterns = ['://', '?a', '&a=', '"', ' is not valid JSON', 'Given parameter ', '?token=', 'a:', '@'];
    for (const pattern of patterns) {
      const message = pattern.repeat(200_000 / pattern.length);
      const started = process.cpuUsage();
      arranged.redact({ error: { message } });
      expect(process.cpuUsage(started).user, pattern).to.be.lessThan(500_000);
    }
  });
});

describe('whatever an application holds', () => {
  it('becomes data that JSON and BSON carry unchanged, and nothing is thrown', () => {
    fc.assert(
      fc.property(anything, make => survivesJsonAndBson(toJsonValue(make()))),
      { numRuns: 1_000 },
    );
  });

  it('can be asked for its classes and for what a validation refused', () => {
    const { redactor, reports } = arrange();
    fc.assert(
      fc.property(anything, make => {
        const value = make();
        redactor.hintOf(value);
        redactor.validationOf({ errors: [value] });
        redactor.cleanValidationErrors([value, { property: 'password', value, children: [value] }]);
      }),
      { numRuns: 300 },
    );
    expect(reports).to.deep.equal([]);
  });
});
