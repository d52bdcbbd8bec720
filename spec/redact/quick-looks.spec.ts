import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { Detectors, resolveDetectors } from '../../src/redact/detectors/detectors';
import { DEFAULT_NAMES, DEFAULT_WHOLE_NAMES } from '../../src/redact/default-names';
import { foldName } from '../../src/redact/fold-name';
import { base64Forms } from '../../src/redact/base64-forms';
import { NameEndings } from '../../src/redact/name-endings';
import { RedactionNotes } from '../../src/redact/redaction-notes';
import { TextCodes } from '../../src/redact/text-codes';
import { type Sign, TextSigns } from '../../src/redact/text-signs';
import { ValueSearch } from '../../src/redact/value-search';

// A quick look spares the long one, so it may only be wrong in one direction.

const ALL_SIGNS = 127;
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['4242 4242', '4242-4242-4242-4242', '4242424242424242', '3782 822463 10005', 'DE89 3704 0044 0532 0130 00'],
        ...[
          'DE89370400440532013000',
          'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
          'Bearer abcdef123456789',
          'BASIC dXNlcjpwYXNzd29yZA==',
        ],
        ...[
          'AKIAIOSFODNN7EXAMPLE',
          'ghp_0123456789abcdefghij0123456789abcdef',
          '-----BEGIN KEY-----',
          'ann@shop.example',
        ],
        ...['xoxb-0123456789-abcdefghijk', 'AIzaSyA0123456789abcdefghijklmnopqrstuv', ' ', '-', '.', 'é', 'A'],
      ),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 5 },
  )
  .map(parts => parts.join(''));

describe('a quick look', () => {
  it('at a text passes none that a detector finds something in', () => {
    const detectors = new Detectors(resolveDetectors({ emails: true }));
    const signs = new TextSigns(detectors.active);
    const clean = (text: string, found: number) =>
      detectors.clean(text, found, new RedactionNotes('spec'), null, 'text');
    fc.assert(
      fc.property(texts, text => {
        expect(clean(text, signs.in(text))).to.equal(clean(text, ALL_SIGNS));
      }),
      { numRuns: 2_000 },
    );
  });

  it('at a part of a text sees each sign, wherever it begins and whatever stands beside it', () => {
    const held: readonly (readonly [string, Sign])[] = [
      ['=', { signs: ['='] }],
      ['":', { signs: ['":'] }],
      ['://', { signs: ['://'] }],
      ['ghp_', { signs: ['ghp_'] }],
      ['Given', { signs: ['Given parameter'] }],
      ['bEaRe', { signs: ['bearer'], inEitherCase: true }],
      ['4242424242424242', { signs: [], digits: 'card' }],
      ['3782 822463 10005', { signs: [], digits: 'card' }],
      ['4242-4242-4242-4242', { signs: [], digits: 'card' }],
      ['DE89', { signs: [], digits: 'account' }],
    ];
    const signs = new TextSigns(held.map(([, sign]) => sign));
    const codes = new TextCodes();
    fc.assert(
      fc.property(fc.nat(held.length - 1), fc.string({ unit: 'binary' }), fc.string(), (at, before, after) => {
        const text = held[at]![0];
        const found = signs.inPart(codes.of(before + text + after), before.length, before.length + text.length);
        expect(found & (1 << at), text).to.not.equal(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('at a text passes most dates, ids and words', () => {
    const signs = new TextSigns(new Detectors(resolveDetectors()).active);
    const dates = Array.from({ length: 1_000 }, (_, at) => new Date(at * 1e9).toISOString());
    const ids = Array.from({ length: 1_000 }, () => randomUUID());
    const words = [
      'Leave the parcel',
      'delivered',
      'user-server',
      'EUR',
      'T09',
      'customer@shop.example',
      'baseline',
      'wearer',
    ];
    expect(dates.filter(date => signs.in(date) !== 0)).to.deep.equal([]);
    expect(ids.filter(id => signs.in(id) !== 0).length).to.be.lessThan(300);
    expect(words.filter(word => signs.in(word) !== 0)).to.deep.equal(['wearer']);
  });

  it('at a name passes none that ends, folded, in a listed one', () => {
    const listed = [...DEFAULT_NAMES, ...DEFAULT_WHOLE_NAMES];
    const endings = new NameEndings(listed);
    const pieces = fc.oneof(
      fc.constantFrom(...listed, 'User', '_', '-', '1', '23', '[', ']', '.', 'X'),
      fc.string({ maxLength: 3 }),
    );
    const names = fc.array(pieces, { minLength: 1, maxLength: 4 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(names, name => {
        const { whole } = foldName(name);
        expect(endings.mayEnd(name) || !listed.some(ending => whole.endsWith(ending))).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('for values passes no text that holds one of them, as it is, as forms write it or in base64', () => {
    const value = fc.oneof(
      fc.string({ minLength: 4, maxLength: 40 }),
      fc.string({ unit: 'grapheme', minLength: 4, maxLength: 12 }),
      fc.constantFrom('>>>>', '????????', 'secret one', 'tok_one', 'tok_two'),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 30 }),
        fc.string(),
        fc.string(),
        (values, before, after) => {
          const search = new ValueSearch(values);
          for (const form of [...values, ...values.map(text => text.replaceAll(' ', '+')), ...base64Forms(values)]) {
            expect(search.mayBeIn(before + form + after), form).to.equal(true);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('for values passes most other texts', () => {
    const values = Array.from({ length: 60 }, (_, at) => `DE89 3704 0044 0532 ${1_000 + at}`);
    for (const known of [values.slice(0, 3), values]) {
      const search = new ValueSearch(known);
      const ids = Array.from({ length: 1_000 }, () => randomUUID());
      expect(ids.filter(id => search.mayBeIn(id)).length).to.be.lessThan(200);
    }
  });
});
