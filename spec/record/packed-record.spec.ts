import { deserialize, serialize } from 'bson';
import { expect } from 'chai';
import { withBodyText } from '../../src/record/body-text';
import type { LogRecord } from '../../src/record/log-record';
import { jsonOf, packRecord } from '../../src/record/packed-record';
import { parseRecord, stringifyRecord } from '../../src/record/record-json';
import { numberedRecord } from '../support/numbered-records';

const BODY = { id: 7, notes: ['ü', 'a "quote"'], inner: { none: null } };

/** A record whose bodies are text. */
function recordOfTexts(): LogRecord {
  const { request, response, ...rest } = numberedRecord();
  const { body: _requestBody, ...requestPart } = request;
  const { body: _responseBody, ...responsePart } = response;
  const text = JSON.stringify(BODY);
  return { ...rest, request: withBodyText(requestPart, text), response: withBodyText(responsePart, text) };
}

describe('a body that is text', () => {
  it('is its value for whoever reads it, once', () => {
    const { request } = recordOfTexts();
    expect(request.body).to.deep.equal(BODY);
    expect(request.body).to.equal(request.body);
    expect(Object.keys(request)).to.include('body');
  });

  it('is written as it is, whether it was read or not', () => {
    const record = recordOfTexts();
    const parsed = parseRecord(stringifyRecord(record));
    expect(record.response.body).to.deep.equal(BODY);
    expect(parseRecord(stringifyRecord(record))).to.deep.equal(parsed);
    expect(parsed).to.deep.equal(record);
  });

  it('does not come back in a copy that has another', () => {
    const { request, ...rest } = recordOfTexts();
    const copy: LogRecord = { ...rest, request: { ...request, body: 'another' } };
    expect(JSON.parse(stringifyRecord(copy))).to.have.nested.property('request.body', 'another');
  });
});

describe('a packed record', () => {
  for (const [what, record] of Object.entries({
    'a small record': numberedRecord(),
    'a record with all parts': numberedRecord(2, {
      error: { name: 'E', message: 'm', stack: null, causes: [], fingerprint: '0123456789abcdef' },
      attributes: { a: [1, { b: 'c' }] },
      expireAt: new Date(0),
    }),
    'a record of texts': recordOfTexts(),
  })) {
    it(`is the record for whoever reads it: ${what}`, () => {
      const packed = packRecord(record);
      expect(packed.bytes).to.equal(Buffer.byteLength(jsonOf(packed.record)));
      expect(Object.keys(packed.record)).to.deep.equal(Object.keys(record));
      expect(packed.record).to.deep.equal(record);
      expect({ ...packed.record }).to.deep.equal(record);
      expect(structuredClone(packed.record)).to.deep.equal(structuredClone(record));
      expect(deserialize(serialize(packed.record))).to.deep.equal(deserialize(serialize(record)));
      expect(JSON.parse(JSON.stringify(packed.record))).to.deep.equal(JSON.parse(jsonOf(packed.record)));
    });
  }

  it('has one object for each part, however often it is read', () => {
    const { record } = packRecord(numberedRecord()) as { record: LogRecord };
    expect(record.request).to.equal(record.request);
    expect(record.at).to.be.an.instanceof(Date);
  });

  it('is its JSON, but not in a copy with other parts', () => {
    const { record } = packRecord(numberedRecord()) as { record: LogRecord };
    expect(jsonOf(record)).to.equal(stringifyRecord(numberedRecord()));
    const copy = { ...record, attributes: { added: true } };
    expect(JSON.parse(jsonOf(copy))).to.have.nested.property('attributes.added', true);
  });

  it('is refused when it cannot be JSON', () => {
    const record = numberedRecord(1, { attributes: { big: 1n as unknown as number } });
    expect(() => packRecord(record)).to.throw(TypeError);
  });
});
