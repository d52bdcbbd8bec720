import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { BSON } from 'mongodb';
import { LoggingError } from '../../src/errors';
import { Sensitive } from '../../src/decorators/sensitive';
import type { JsonValue } from '../../src/record/json-value';
import type { EncryptionKey } from '../../src/redact/redaction-keys';
import { checkProperty } from '../support/check-property';
import { type Arranged, type GivenExchange, arrange, json } from './arrange';

class Person {
  @Sensitive({ mode: 'encrypt' }) diagnosis!: unknown;
}

const _id = '01920000-0000-7000-8000-000000000000';
const first: EncryptionKey = { id: '2024', secret: Buffer.alloc(32, 1).toString('base64') };
const second: EncryptionKey = { id: '2025', secret: Buffer.alloc(32, 2).toString('hex') };

const recorded = (arranged: Arranged, given: GivenExchange) => ({ _id, ...arranged.redact(given) });
const person = (diagnosis: JsonValue): GivenExchange => ({
  parameters: [{ in: 'body', type: Person }],
  body: json({ diagnosis }),
});

function codeOf(step: () => unknown): string {
  try {
    step();
  } catch (error) {
    if (error instanceof LoggingError) return error.code;
  }
  return 'nothing was thrown';
}

describe('an encrypted value', () => {
  let arranged: Arranged;
  beforeEach(() => (arranged = arrange({ encryptionKey: first })));

  it('names its key, hides the rest, and differs each time', () => {
    const [one, other] = [1, 2].map(() => recorded(arranged, person('measles')).request.body as { diagnosis: string });
    expect(one!.diagnosis).to.match(/^enc:2024:[\w-]{40,}$/);
    expect(one!.diagnosis).to.not.equal(other!.diagnosis);
  });

  it('comes back as it was, whatever it was', async () => {
    await checkProperty(
      fc.property(fc.jsonValue({ maxDepth: 4 }), value => {
        const given = JSON.parse(JSON.stringify(value)) as JsonValue;
        const record = recorded(arranged, person(given));
        expect(arranged.redactor.reveal(record, 'request.body.diagnosis')).to.deep.equal(given);
      }),
    );
  });

  it('comes back from a record that was read from a file or a database', () => {
    const record = { ...recorded(arranged, person({ name: 'measles' })), at: new Date(0) };
    const stored = [JSON.parse(JSON.stringify(record)), BSON.deserialize(BSON.serialize(record))];
    for (const copy of stored as (typeof record)[]) {
      expect(arranged.redactor.reveal(copy, 'request.body.diagnosis')).to.deep.equal({ name: 'measles' });
    }
  });

  it('comes back from every part of a record, by the path in its redactions', () => {
    const encrypted = { mode: 'encrypt' } as const;
    const record = recorded(arranged, {
      parameters: [
        { in: 'query', name: 'q', mark: encrypted },
        { in: 'path', name: 'id', mark: encrypted },
        { in: 'header', name: 'X-Id', mark: encrypted },
        { in: 'cookie', name: 'who', mark: encrypted },
        { in: 'body', type: Person },
      ],
      url: '/patient-77?q=a&q=b',
      params: { id: 'patient-77' },
      headers: { 'x-id': 'from header', cookie: 'a=b; who=from cookie; c=d' },
      body: json({ diagnosis: 'from body', list: [{ diagnosis: 1 }] }),
    });
    const reveal = (path: string) => arranged.redactor.reveal(record, path);
    expect(reveal('request.query.q')).to.deep.equal(['a', 'b']);
    expect(reveal('request.params.id')).to.equal('patient-77');
    expect(reveal('request.headers.x-id')).to.equal('from header');
    expect(reveal('request.headers.cookie.who')).to.equal('from cookie');
    expect(reveal('request.body.diagnosis')).to.equal('from body');
    expect(record.request.path).to.match(/^\/enc:2024:/);
  });

  it('is neither cut nor torn when the record is tidied up', () => {
    const tidy = arrange({ encryptionKey: first, maxStringLength: 16, names: ['tag'] });
    const record = recorded(tidy, { ...person('x'.repeat(1_000)), headers: { 'x-tag': 'enc:2024' } });
    expect(tidy.redactor.reveal(record, 'request.body.diagnosis')).to.equal('x'.repeat(1_000));
  });

  it('does not save a client’s text that only looks like one', () => {
    const record = recorded(arranged, { body: json({ password: 'hunter2hunter2', note: 'enc:2024:hunter2hunter2' }) });
    expect(JSON.stringify(record)).to.not.contain('hunter2');
  });

  it('is removed from the rest of the record like any secret', () => {
    const record = recorded(arranged, { ...person('measles'), error: { message: 'no cure for measles' } });
    expect(record.error?.message).to.equal('no cure for [REDACTED]');
  });

  it('is readable after its key was replaced, by an old key of the options or by one that is passed', () => {
    const record = recorded(arranged, person('measles'));
    const rotated = arrange({ encryptionKey: second, oldEncryptionKeys: [first] });
    expect(rotated.redactor.reveal(record, 'request.body.diagnosis')).to.equal('measles');
    expect(arrange().redactor.reveal(record, 'request.body.diagnosis', first)).to.equal('measles');
    const binary = { id: '2024', secret: Buffer.alloc(32, 1) };
    expect(arrange().redactor.reveal(record, 'request.body.diagnosis', binary)).to.equal('measles');
    const { diagnosis } = recorded(rotated, person('measles')).request.body as { diagnosis: string };
    expect(diagnosis).to.match(/^enc:2025:/);
  });

  it('cannot be revealed under a wrong path, without its key, changed, or moved', () => {
    const record = recorded(arranged, person('measles'));
    const { redactor } = arranged;
    const body = record.request.body as { diagnosis: string };
    const at = 'request.body.diagnosis';
    const place = body.diagnosis.length - 3;
    const flipped = body.diagnosis[place] === 'A' ? 'B' : 'A';
    const changed = body.diagnosis.slice(0, place) + flipped + body.diagnosis.slice(place + 1);
    expect(codeOf(() => redactor.reveal(record, 'request.body.other'))).to.equal('REVEAL_PATH_UNKNOWN');
    expect(codeOf(() => redactor.reveal(record, 'request.body.constructor'))).to.equal('REVEAL_PATH_UNKNOWN');
    expect(codeOf(() => redactor.reveal(record, 'request.path.x.y'))).to.equal('REVEAL_PATH_UNKNOWN');
    expect(codeOf(() => redactor.reveal(record, 'request.path'))).to.equal('REVEAL_NOT_ENCRYPTED');
    expect(codeOf(() => redactor.reveal(record, 'request.body'))).to.equal('REVEAL_NOT_ENCRYPTED');
    expect(codeOf(() => arrange().redactor.reveal(record, at))).to.equal('REVEAL_KEY_UNKNOWN');
    for (const forged of [
      { ...record, request: { body: { diagnosis: changed } } },
      { ...record, request: { body: { diagnosis: body.diagnosis.replace('enc:2024', 'enc:2025') } } },
      { ...record, _id: 'another' },
    ]) {
      const both = arrange({ encryptionKey: first, oldEncryptionKeys: [{ ...second, secret: first.secret }] });
      expect(codeOf(() => both.redactor.reveal(forged, at))).to.equal('REVEAL_REFUSED');
    }
    const moved = { ...record, request: { body: { other: body.diagnosis } } };
    expect(codeOf(() => redactor.reveal(moved, 'request.body.other'))).to.equal('REVEAL_REFUSED');
    const otherSecret = { id: '2024', secret: randomBytes(32) };
    expect(codeOf(() => redactor.reveal(record, at, otherSecret))).to.equal('REVEAL_REFUSED');
  });

  it('is redacted without a key, which is reported once', () => {
    const keyless = arrange();
    for (let times = 0; times < 3; times++) {
      expect(recorded(keyless, person('measles')).request.body).to.deep.equal({ diagnosis: '[REDACTED]' });
    }
    expect(keyless.reports.map(({ code }) => code)).to.deep.equal(['ENCRYPTION_KEY_MISSING']);
  });
});
