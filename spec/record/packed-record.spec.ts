import { expect } from 'chai';
import type { AnyRecord } from '../../src/record/log-record';
import { PackedRecord } from '../../src/record/packed-record';
import { makeLossRecord } from '../../src/testing/sinks/sample-records';
import { numberedRecord } from '../support/numbered-records';

const RECORDS: Readonly<Record<string, AnyRecord>> = {
  'a small record': numberedRecord(),
  'a record with all parts': numberedRecord(2, {
    level: 'error',
    error: { name: 'E', message: 'ü "m"', stack: null, causes: [], fingerprint: '0123456789abcdef' },
    attributes: { a: [1, { b: 'c' }] },
    expireAt: new Date(0),
  }),
  'a record that quotes a date before its own': numberedRecord(3, {
    service: { ...numberedRecord().service, name: '"at":"2020-01-01T00:00:00.000Z"' },
  }),
  'a loss': makeLossRecord(),
};

describe('a packed record', () => {
  for (const [what, record] of Object.entries(RECORDS)) {
    it(`is the record for whoever reads it, its dates as dates: ${what}`, () => {
      expect(PackedRecord.of(record).unpack()).to.deep.equal(record);
    });

    it(`knows its length and what delivery goes by, also when it is read from its text: ${what}`, () => {
      const { kind, level, at } = record;
      const packed = PackedRecord.of(record);
      expect(packed).to.deep.include({ kind, level, at, bytes: Buffer.byteLength(packed.json) });
      expect(PackedRecord.read(packed.json)).to.deep.equal(packed);
      expect(PackedRecord.revive(structuredClone(packed))).to.deep.equal(packed);
    });
  }

  it('gives each reader objects of his own', () => {
    const packed = PackedRecord.of(numberedRecord());
    const [one, other] = [packed.unpack(), packed.unpack()];
    Object.assign(one, { level: 'error' });
    expect(other).to.deep.equal(numberedRecord());
  });

  it('is refused when it cannot be JSON, or is no record', () => {
    const record = numberedRecord(1, { attributes: { big: 1n as unknown as number } });
    expect(() => PackedRecord.of(record)).to.throw(TypeError);
    expect(() => PackedRecord.read('{"_id":1')).to.throw(SyntaxError);
    expect(() => PackedRecord.read('{}')).to.throw(TypeError);
    expect(() => PackedRecord.read('{"at":0}')).to.throw(TypeError);
  });
});
