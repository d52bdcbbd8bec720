import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Sensitive } from '../../../src/decorators/sensitive';
import { redactQuotedPairs, redactUrls, removeQuotedInput } from '../../../src/redact/clean-text';
import { findBearerTokens } from '../../../src/redact/detectors/bearer-tokens';
import { findCardNumbers } from '../../../src/redact/detectors/card-numbers';
import { findCloudKeys } from '../../../src/redact/detectors/cloud-keys';
import { findEmailAddresses } from '../../../src/redact/detectors/email-addresses';
import { findIbans } from '../../../src/redact/detectors/ibans';
import { findJsonWebTokens } from '../../../src/redact/detectors/json-web-tokens';
import { findPemBlocks } from '../../../src/redact/detectors/pem-blocks';
import { KnownValues } from '../../../src/redact/known-values';
import type { Spans } from '../../../src/redact/value-search';
import { arrange, json } from '../arrange';

type Find = (text: string) => Spans;

/** Built here, because a repository that holds such keys is refused by those who scan it. */
const cloudKeys = [
  'AKIAIOSFODNN7EXAMPLE',
  `ASIA${'Q'.repeat(16)}`,
  `AIza${'Sy-_'.repeat(8)}abc`,
  `GOCSPX-${'a-Z_'.repeat(7)}`,
  `ya29.${'aB1_'.repeat(6)}`,
  ...['p', 'o', 'u', 's', 'r'].map(kind => `gh${kind}_${'aB3'.repeat(12)}`),
  `github_pat_${'aB3_'.repeat(20)}`,
  `glpat-${'aB3-'.repeat(5)}`,
  `npm_${'aB3'.repeat(12)}`,
  ...['b', 'p'].map(kind => `xox${kind}-${'123-aB'.repeat(6)}`),
  ...['sk_live', 'rk_live', 'sk_test'].map(kind => `${kind}_${'aB3'.repeat(8)}`),
];
const azureKeys = [`AccountKey=${'aB3/'.repeat(21)}ab==;x`, `SharedAccessKey=${'aB3+'.repeat(10)}abc=`];
const pemBlocks = ['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'CERTIFICATE'].map(
  label => `-----BEGIN ${label}-----\nMIIB\nAgEA=\n-----END ${label}-----`,
);
const bearerTokens = [
  'Authorization: Bearer 0123456789abcdef',
  'bearer mF_9.B5f-4.1JqM',
  `Basic ${Buffer.from('anna:correct horse').toString('base64')}`,
  'failed with "Bearer  sk-0a1b2c3d4e5f6a7b8c9d"',
];

const DETECTORS: readonly { readonly name: string; readonly find: Find; readonly positives: readonly string[] }[] = [
  { name: 'card numbers', find: findCardNumbers, positives: corpus('card-numbers') },
  { name: 'IBANs', find: findIbans, positives: corpus('ibans') },
  { name: 'JSON Web Tokens', find: findJsonWebTokens, positives: corpus('json-web-tokens') },
  { name: 'e-mail addresses', find: findEmailAddresses, positives: corpus('email-addresses') },
  { name: 'cloud keys', find: findCloudKeys, positives: [...cloudKeys, ...azureKeys] },
  { name: 'PEM blocks', find: findPemBlocks, positives: pemBlocks },
  { name: 'bearer tokens', find: findBearerTokens, positives: bearerTokens },
];

function corpus(name: string): string[] {
  // The build holds code only.
  const path = join(__dirname, '../../../../spec/redact/detectors/corpus', `${name}.txt`);
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('# '));
}

const foundIn = (find: Find, text: string) => {
  const spans = find(text);
  return Array.from({ length: spans.length / 2 }, (_, at) => text.slice(spans[2 * at], spans[2 * at + 1]));
};

describe('a detector', () => {
  const harmless = corpus('harmless');

  for (const { name, find, positives } of DETECTORS) {
    it(`finds all ${positives.length} of the ${name}`, () => {
      expect(positives.filter(text => foundIn(find, text).length !== 1)).to.deep.equal([]);
      for (const text of positives) expect(foundIn(find, `say: ${text} (${text})`), text).to.have.length(2);
    });

    it(`of ${name} finds nothing in ${harmless.length} ids, dates, hashes and sentences`, () => {
      expect(harmless.filter(text => foundIn(find, text).length > 0)).to.deep.equal([]);
      expect(harmless.filter(text => foundIn(find, `{id=${text}}, ${text};`).length > 0)).to.deep.equal([]);
    });
  }

  it('takes no more than the secret', () => {
    expect(foundIn(findCardNumbers, 'card 4242-4242-4242-4242, 12/29')).to.deep.equal(['4242-4242-4242-4242']);
    expect(foundIn(findIbans, 'to DE89 3704 0044 0532 0130 00 now')).to.deep.equal(['DE89 3704 0044 0532 0130 00']);
    expect(foundIn(findEmailAddresses, 'to <anna@example.org>.')).to.deep.equal(['anna@example.org']);
    expect(foundIn(findCloudKeys, 'AccountName=a;' + azureKeys[0]!)).to.deep.equal([azureKeys[0]!.slice(11, -2)]);
    expect(foundIn(findBearerTokens, 'x: Bearer 0123456789abcdef!')).to.deep.equal(['0123456789abcdef']);
    expect(foundIn(findPemBlocks, `a ${pemBlocks[0]!} b`)).to.deep.equal([pemBlocks[0]!]);
    expect(foundIn(findPemBlocks, 'a -----BEGIN PRIVATE KEY-----\nMIIB')).to.deep.equal([
      '-----BEGIN PRIVATE KEY-----\nMIIB',
    ]);
  });
});

describe('the search in a text', () => {
  const names = (name: string) => name === 'a';
  const hostile = [
    ...['eyJ', 'eyJa.', '-----BEGIN ', '-----BEGIN A-----', 'Bearer ', 'Basic a', 'a@', '@a.', '@', 'DE89', 'DE89 '],
    ...[
      '4',
      '4242 ',
      '4242-',
      'AKIA',
      'ya29.',
      'github_pat_',
      'xoxb-',
      'AccountKey=',
      ' ',
      '"',
      '"a":"',
      '"a": ',
      '{"a"',
    ],
    ...[
      '://',
      '://a:b',
      '?a=',
      '?a',
      'Given parameter a is invalid. Value (',
      '%',
      '%41',
      '%e0',
      '\\',
      '\\u0041',
      '[',
      '{',
    ],
  ];

  it('ends soon, whatever a client repeats: a quadratic search of 250,000 characters would take minutes', () => {
    for (const part of hostile) {
      const text = part.repeat(250_000 / part.length);
      for (const { find } of DETECTORS) find(text);
      const known = new KnownValues();
      known.remember('hunter2hunter2');
      redactUrls(redactQuotedPairs(removeQuotedInput(text, names), names, known), names, known);
      known.removeFrom(text);
    }
  });
});

class Payment {
  @Sensitive(false) declared!: string;
  @Sensitive(false) cardNumber!: string;
  @Sensitive(false) labels!: string[];
}

describe('detected secrets', () => {
  const card = '4242 4242 4242 4242';
  const jwt = corpus('json-web-tokens')[0]!;

  it('are removed from every text that no class tells of, and listed by kind', () => {
    const { request, response, error, client, redactions } = arrange().redact({
      url: `/go/${jwt}?q=${encodeURIComponent(card)}`,
      headers: { 'x-note': `sent ${card}`, 'user-agent': jwt },
      body: json({ note: `paid with ${card}`, list: [card], amount: 4_242_424_242_424_242, id: 1_700_000_000_000 }),
      responseBody: json([`your account: ${corpus('ibans')[0]}`]),
      error: {
        message: `no ${cloudKeys[0]}`,
        stack: pemBlocks[0]!,
        causes: [{ name: jwt, message: card, code: card }],
      },
      attributes: { seen: { by: `Bearer 0123456789abcdef` } },
    });
    expect(request.path).to.equal('/go/[REDACTED]');
    expect({ ...request.query }).to.deep.equal({ q: '[REDACTED]' });
    expect(request.headers).to.deep.equal({ 'x-note': 'sent [REDACTED]', 'user-agent': '[REDACTED]' });
    expect(request.body).to.deep.equal({
      note: 'paid with [REDACTED]',
      list: ['[REDACTED]'],
      amount: '[REDACTED]',
      id: 1_700_000_000_000,
    });
    expect(response.body).to.deep.equal(['your account: [REDACTED]']);
    expect(error).to.deep.include({ message: 'no [REDACTED]', stack: '[REDACTED]' });
    expect(error?.causes).to.deep.equal([{ name: '[REDACTED]', message: '[REDACTED]', code: '[REDACTED]' }]);
    expect(client.agent).to.equal('spec');
    expect(redactions).to.deep.include({ path: 'request.body.list.0', mode: 'detected:card' });
    expect(redactions).to.deep.include({ path: 'request.path', mode: 'detected:jwt' });
  });

  it('stay in fields that a class declares, and go from those that it does not', () => {
    const body = { declared: card, cardNumber: card, labels: [jwt], other: '4111111111111111' };
    expect(arrange().requestBody(body, Payment)).to.deep.equal({ ...body, other: '[REDACTED]' });
  });

  it('are known then, and removed from declared fields of the same record too', () => {
    const { request } = arrange().redact({
      parameters: [{ in: 'body', type: Payment }],
      body: json({ cardNumber: card, other: card }),
    });
    expect(request.body).to.deep.equal({ cardNumber: '[REDACTED]', other: '[REDACTED]' });
  });

  it('are looked for as the options say', () => {
    const body = { note: `${card} of anna@example.org` };
    expect(arrange({ detectors: { cardNumbers: false } }).requestBody(body)).to.deep.equal(body);
    expect(arrange({ detectors: { emails: true } }).requestBody(body)).to.deep.equal({
      note: '[REDACTED] of [REDACTED]',
    });
    const none = {
      cardNumbers: false,
      jwts: false,
      bearerTokens: false,
      pemBlocks: false,
      ibans: false,
      cloudKeys: false,
    };
    const all = { card, text: jwt, pem: pemBlocks[0], amount: 4_242_424_242_424_242, cloud: cloudKeys[0] };
    expect(arrange({ detectors: none }).requestBody(all)).to.deep.equal(all);
  });
});
