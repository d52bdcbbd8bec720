import { deserialize, serialize } from 'bson';
import { expect } from 'chai';
import type { LogRecord } from '../../src/record/log-record';
import { jsonOf, packedBytes, packRecord } from '../../src/record/packed-record';
import { parseRecord } from '../../src/record/record-json';
import { numberedRecord } from '../support/numbered-records';

const BODY = { id: 7, notes: ['ü', 'a "quote"'], inner: { none: null } };

const RECORDS: Readonly<Record<string, LogRecord>> = {
  'a small record': numberedRecord(),
  'a record with all parts': numberedRecord(2, {
    error: { name: 'E', message: 'm', stack: null, causes: [], fingerprint: '0123456789abcdef' },
    attributes: { a: [1, { b: 'c' }] },
    expireAt: new Date(0),
  }),
};

describe('a packed record', () => {
  for (const [what, record] of Object.entries(RECORDS)) {
    it(`is the record for whoever reads it: ${what}`, () => {
      const packed = packRecord(record);
      expect(packed).to.deep.equal(record);
      expect({ ...packed }).to.deep.equal(record);
      expect(structuredClone(packed)).to.deep.equal(structuredClone(record));
      expect(deserialize(serialize(packed))).to.deep.equal(deserialize(serialize(record)));
    });

    it(`is its JSON, and knows its length: ${what}`, () => {
      const packed = packRecord(record);
      expect(parseRecord(jsonOf(packed))).to.deep.equal(record);
      expect(JSON.stringify(packed)).to.equal(jsonOf(packed));
      expect(packedBytes(packed)).to.equal(Buffer.byteLength(jsonOf(packed)));
    });
  }

  it('takes bodies that are text as they are', () => {
    const { request, response, ...rest } = numberedRecord();
    const { body: _requestBody, ...requestHead } = request;
    const { body: _responseBody, ...responseHead } = response;
    const record: LogRecord = { ...rest, request: requestHead, response: responseHead };
    const packed = packRecord(record, { request: '"1.50"', response: JSON.stringify(BODY, null, 1) });
    expect(packed.request).to.deep.equal({ ...requestHead, body: '1.50' });
    expect(packed.response).to.deep.equal({ ...responseHead, body: BODY });
    expect(jsonOf(packed)).to.contain(`"body":${JSON.stringify(BODY, null, 1)}}`);
  });

  it('has one object for each part, however often it is read', () => {
    const packed = packRecord(numberedRecord());
    expect(packed.request).to.equal(packed.request);
    expect(packed.at).to.be.an.instanceof(Date);
  });

  it('is not packed in a copy, which may have other parts', () => {
    const copy = { ...packRecord(numberedRecord()), attributes: { added: true } };
    expect(packedBytes(copy)).to.equal(undefined);
    expect(JSON.parse(jsonOf(copy))).to.have.nested.property('attributes.added', true);
  });

  it('is refused when it cannot be JSON', () => {
    const record = numberedRecord(1, { attributes: { big: 1n as unknown as number } });
    expect(() => packRecord(record)).to.throw(TypeError);
  });
});
