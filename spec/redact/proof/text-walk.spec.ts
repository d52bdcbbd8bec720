import { expect } from 'chai';
import { Type } from 'class-transformer';
import fc from 'fast-check';
import { Sensitive } from '../../../src/decorators/sensitive';
import type { RedactedParts } from '../../../src/record/record-writer';
import type { TypeHint } from '../../../src/record/snapshot';
import type { RedactOptions } from '../../../src/redact/redact-options';
import { checkProperty } from '../../support/check-property';
import { proofScale } from '../../support/proof-scale';
import { type Arranged, arrange, jsonText } from '../arrange';

class Wallet {
  @Sensitive() walletPin: unknown;
  @Sensitive({ mode: 'mask', keepLast: 2 }) walletCode: unknown;
  @Sensitive({ mode: 'remove' }) walletSeed: unknown;
  label: unknown;
}

class Trip {
  @Type(() => Wallet) wallet: unknown;
  @Type(() => Wallet) wallets: unknown;
  @Type(() => Trip) next: unknown;
  @Sensitive({ mode: 'hash' }) tripCode: unknown;
  @Sensitive(false) password: unknown;
  label: unknown;
}

@Sensitive()
class TripKey {
  bits: unknown;
}

const SECRETS = ['secret-one', 'secret "two"', 'geheim-ü-3', '4242424242424242'];
const NAMES = ['wallet', 'wallets', 'next', 'walletPin', 'walletCode', 'walletSeed', 'tripCode', 'password', 'label']
  .concat(['id', 'note', 'X-Api-Key', '', '$where', 'a.b', '__proto__', 'constructor', 'hasOwnProperty', 'a"b', 'ü'])
  .concat(['property', 'constraints', 'value', 'children', '1', 'x'.repeat(300), ...SECRETS]);

const text = fc.oneof(
  fc.constantFrom(...SECRETS, ...SECRETS.map(secret => `(${secret})`)),
  fc.constantFrom(
    'Basic c2VjcmV0LW9uZQ==',
    'secret%2Done',
    'https://u:hunter2@host/?token=abc&x=1',
    'DE89370400440532013000',
  ),
  fc.constantFrom(
    'card 4242 4242 4242 4242',
    '{"password":"secret-one"}',
    '[1,2',
    ' [x',
    '100 %',
    'walletPin',
    'a\nb\\',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const number = fc.constantFrom(
  '0',
  '-0',
  '7',
  '-12.50',
  '0.1e3',
  '1E400',
  '4242424242424242',
  '4242424242424241',
  '1.0',
);
const blank = fc.constantFrom('', '', '', ' ');

/** JSON as somebody may write it, each name once in an object. */
const { json } = fc.letrec<{ json: string }>(tie => ({
  json: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    text.map(value => JSON.stringify(value)),
    fc.constantFrom(
      'true',
      'false',
      'null',
      '"\\u0041b\\/"',
      '"\\ud800"',
      '"secret\\u002done"',
      '12345678901234567890',
    ),
    number,
    fc
      .tuple(blank, fc.array(tie('json'), { maxLength: 4 }))
      .map(([gap, items]) => `[${gap}${items.join(`,${gap}`)}${gap}]`),
    fc
      .tuple(
        blank,
        fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('json')), { maxLength: 6, selector: ([name]) => name }),
      )
      .map(([gap, members]) => {
        const written = members.map(([name, value]) => `${JSON.stringify(name)}${gap}:${gap}${value}${gap}`);
        return `{${gap}${written.join(`,${gap}`)}}`;
      }),
  ),
}));

/** Live objects, of classes and without. */
const { live } = fc.letrec<{ live: unknown }>(tie => {
  const members = fc.dictionary(fc.constantFrom(...NAMES.slice(0, 12)), tie('live'), { maxKeys: 6 });
  return {
    live: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      text,
      fc.constantFrom(true, null, 7, 4242424242424242),
      fc.array(tie('live'), { maxLength: 4 }),
      members,
      members.map(fields => Object.assign(new Wallet(), fields)),
      members.map(fields => Object.assign(new Trip(), fields)),
      members.map(fields => Object.assign(new TripKey(), fields)),
    ),
  };
});

interface Compared {
  readonly asText: RedactedParts;
  readonly asTree: RedactedParts;
}

function comparable({ request, response, redactions, redactionCount }: RedactedParts) {
  const places = redactions.map(({ path, mode }) => `${path} ${mode}`).sort();
  return JSON.parse(
    JSON.stringify({ request, response, redactionCount, places: redactionCount > redactions.length ? [] : places }),
  ) as unknown;
}

/** Redacts the text, and the same with a line break, which takes the tree; sees to it that both come to the same. */
function compare(arranged: Arranged, written: string, hint: TypeHint | null = null): Compared {
  const redact = (body: string) =>
    arranged.redactHere({
      parameters: [{ in: 'body', type: Trip }],
      body: jsonText(body),
      responseBody: jsonText(body, hint),
    });
  const compared = { asText: redact(written), asTree: redact(`${written}\n`) };
  expect(compared.asTree.bodies.request).to.equal(undefined);
  expect(comparable(compared.asText), written).to.deep.equal(comparable(compared.asTree));
  return compared;
}

const RUNS = 400 * proofScale();
const OPTIONS: RedactOptions = { hashKey: { id: 'k', secret: 'a-key-of-the-spec' }, detectors: { emails: true } };

describe('JSON that is redacted as text', function () {
  this.timeout(120_000);

  it('comes out as from the tree, whatever it holds', async () => {
    const arranged = arrange(OPTIONS);
    let asText = 0;
    const { runs } = await checkProperty(
      fc.property(json, written => {
        if (compare(arranged, written).asText.bodies.request !== undefined) asText++;
      }),
      RUNS,
    );
    expect(asText).to.be.greaterThan(runs / 4);
  });

  it('comes out as from the tree by the classes of live objects', async () => {
    const arranged = arrange(OPTIONS);
    let asText = 0;
    const { runs } = await checkProperty(
      fc.property(live, value => {
        const { asText: parts } = compare(arranged, JSON.stringify(value), arranged.redactor.hintOf(value));
        if (parts.bodies.response !== undefined) asText++;
      }),
      RUNS,
    );
    expect(asText).to.be.greaterThan(runs / 4);
  });

  it('is refused where the parser refuses it', async () => {
    const arranged = arrange(OPTIONS);
    const piece = fc.constantFrom(
      ...Array.from('"\\{}[],:0-9.eEtn \u0001\t\u2028é'),
      '\ud800',
      'null',
      '00',
      '{}',
      '""',
    );
    await checkProperty(
      fc.property(json, fc.nat(), fc.nat({ max: 2 }), piece, (written, place, cut, added) => {
        const at = place % (written.length + 1);
        compare(arranged, written.slice(0, at) + added + written.slice(at + cut));
      }),
      RUNS,
    );
  });

  it('comes out as from the tree at the limits', async () => {
    const options = { maxNodes: 12, maxDepth: 3, maxStringLength: 16 };
    const arranged = arrange({ ...OPTIONS, ...options });
    await checkProperty(
      fc.property(json, written => void compare(arranged, written)),
      RUNS,
    );
  });

  it('is copied as it was written where there is nothing to redact', () => {
    const written = '{"id":1.50,"10":"a","2":["ü", true],"note":"line\\nbreak"}';
    const { request, bodies } = arrange().redact({ body: jsonText(written) });
    expect(bodies.request).to.equal(written);
    expect(request.body).to.deep.equal({ '2': ['ü', true], '10': 'a', id: 1.5, note: 'line\nbreak' });
  });

  it('loses the values of a name that comes twice', () => {
    const written = '{"password":"secret-one","password":"secret-two","note":"secret-three"}';
    const { bodies } = arrange().redact({ body: jsonText(written) });
    expect(bodies.request).to.equal('{"password":"[REDACTED]","password":"[REDACTED]","note":"secret-three"}');
  });

  it('loses members and the commas between them', () => {
    const arranged = arrange();
    const seeds = ['{"walletSeed":1}', '{"walletSeed":1,"label":2}', '{"label":2,"walletSeed":[1, 2]}'];
    const bodies = [...seeds, '{"walletSeed":1,"walletSeed":2,"label":3,"walletSeed":4,"walletSeed":5}'].map(
      body => arranged.redact({ parameters: [{ in: 'body', type: Wallet }], body: jsonText(body) }).bodies.request,
    );
    expect(bodies).to.deep.equal(['{}', '{"label":2}', '{"label":2}', '{"label":3}']);
  });

  it('is read rightly behind a text with escapes that is looked at twice', () => {
    const arranged = arrange();
    compare(arranged, '{"property":"a\\",\\"","constraints":{"b":"c"},"password":"secret-one","note":"d"}');
    compare(arranged, '{"property":"a\\","password":"secret-one"}');
  });

  it('is not told of by a redaction that was begun and left to the tree', () => {
    const written = '{"password":"secret-one","filter":"{\\"token\\":\\"secret-two\\"}"}';
    const { redactions, redactionCount } = arrange().redact({ body: jsonText(written) });
    expect(redactions.map(({ path }) => path)).to.deep.equal(['request.body.password', 'request.body.filter.token']);
    expect(redactionCount).to.equal(2);
  });
});
