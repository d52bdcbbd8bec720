import { expect } from 'chai';
import { estimateBytes } from '../../src/record/record-bytes';
import type { LogRecord } from '../../src/record/log-record';
import { numberedRecord } from '../support/numbered-records';

const stack = `PaymentError: declined\n${'    at Users.create (/srv/app/build/users-controller.js:42:17)\n'.repeat(12)}`;
const sample = numberedRecord();

const records: Readonly<Record<string, LogRecord>> = {
  'a small record': sample,
  'a record without bodies': numberedRecord(1, {
    request: { ...sample.request, method: 'GET', body: null, headers: {} },
    response: { ...sample.response, body: null },
  }),
  'a record with a long list': numberedRecord(1, {
    response: {
      ...sample.response,
      body: Array.from({ length: 200 }, (_, id) => ({ id, name: `item ${id}`, price: 12.5, inStock: true, tags: [] })),
    },
  }),
  'a record with many numbers': numberedRecord(1, {
    response: { ...sample.response, body: Array.from({ length: 2_000 }, (_, index) => index) },
  }),
  'a record with an error': numberedRecord(1, {
    error: { name: 'PaymentError', message: 'declined', stack, causes: [], fingerprint: '0123456789abcdef' },
  }),
  'a record with a long text': numberedRecord(1, { attributes: { note: 'lorem ipsum dolor sit amet '.repeat(1_000) } }),
  'a record with text of several bytes a character': numberedRecord(1, {
    attributes: { note: '注文が確定しました。'.repeat(300) },
  }),
};

describe('the estimated size of a record', () => {
  for (const [what, record] of Object.entries(records)) {
    it(`is within a fifth of its JSON for ${what}`, () => {
      const exact = Buffer.byteLength(JSON.stringify(record));
      expect(estimateBytes(record)).to.be.within(exact * 0.8, exact * 1.2);
    });
  }

  it('can be had of a record of any depth', () => {
    let body: LogRecord['attributes'] = {};
    for (let depth = 0; depth < 100_000; depth++) body = { deeper: body };
    expect(estimateBytes(numberedRecord(1, { attributes: body }))).to.be.above(100_000);
  });
});
