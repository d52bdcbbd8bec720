import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from '../../src/record/json-value';
import { IsoTimes, jsonOfText, jsonOfTexts } from '../../src/record/json-text';
import type { LogRecord, RedactionMode } from '../../src/record/log-record';
import type { Snapshot } from '../../src/record/snapshot';
import { type RedactedParts, RecordWriter } from '../../src/record/record-writer';
import { checkProperty } from '../support/check-property';
import { sampleRecord } from '../support/sample-record';

/** With controls, quotes and halves of surrogate pairs. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('"', '\\', '\u2028', '\ud800'),
);

/** The snapshot and the parts of which a record is written, whatever was not left to `parts`. */
function sourcesOf(record: LogRecord, parts: Partial<RedactedParts> = {}): [Snapshot, RedactedParts] {
  const { durationMs, handlerMs, sampleWeight, traceId, spanId, incomplete, expireAt, at, _id } = record;
  const { error, ...others } = record;
  const snapshot = {
    id: _id,
    at: at.getTime(),
    ...{ durationMs, handlerMs, sampleWeight, traceId, spanId },
    incomplete: incomplete ?? false,
    ...(expireAt && { expireAfterDays: (expireAt.getTime() - at.getTime()) / 86_400_000 }),
    response: record.response,
    ...(error && { error }),
  };
  const { fingerprint: _made, ...redactedError } = error ?? { fingerprint: '' };
  const redacted = { ...others, ...(error && { error: redactedError }), bodies: {}, ...parts };
  return [snapshot as unknown as Snapshot, redacted as unknown as RedactedParts];
}

function written(record: LogRecord, parts?: Partial<RedactedParts>): LogRecord {
  return new RecordWriter(record.service).write(...sourcesOf(record, parts)).unpack() as LogRecord;
}

describe('a written record', () => {
  const sample = sampleRecord();
  const { traceId: _traceId, spanId: _spanId, ...untraced } = sample;
  const error = { name: 'E', message: 'm', code: 'C', stack: 'E: m\n    at f (a.js:1:1)', causes: [] };
  const records: Readonly<Record<string, LogRecord>> = {
    'of a good request': sample,
    'of an incomplete one without answer, user, handler and trace': {
      ...untraced,
      user: null,
      client: { ip: null, port: null, agent: null },
      handler: null,
      handlerMs: null,
      response: { ...sample.response, status: null, outcome: 'aborted', contentType: null, bytes: null },
      incomplete: true,
      level: 'warn',
      statusClass: 0,
    },
    'with attributes and an end': sampleRecord({
      attributes: { a: [1, { b: null }] },
      expireAt: new Date(sample.at.getTime() + 3.5 * 86_400_000),
    }),
    'without bodies': sampleRecord({
      request: { ...sample.request, body: { parts: [] }, bodyOmitted: 'multipart' },
      response: { ...sample.response, body: '', bodyOmitted: 'too-large' },
    }),
    'without redactions': sampleRecord({ redactions: [], redactionCount: 0 }),
  };

  for (const [what, record] of Object.entries(records)) {
    it(`has every field: ${what}`, () => {
      expect(written(record)).to.deep.equal(record);
    });
  }

  it('has the fingerprint of its error', () => {
    const response = { ...sample.response, status: 500 };
    const record = sampleRecord({ response, statusClass: 5, level: 'error', error: { ...error, fingerprint: '' } });
    expect(written(record).error).to.deep.equal({ ...error, fingerprint: written(record).error!.fingerprint });
    expect(written(record).error!.fingerprint).to.match(/^[\da-f]{16}$/);
  });

  it('has bodies that are text as they are', () => {
    const { json } = new RecordWriter(sample.service).write(
      ...sourcesOf(sample, { bodies: { request: '1.50', response: '[ 1,  2]' } }),
    );
    expect(json).to.contain('"body":1.50}').and.to.contain('"body":[ 1,  2]}');
  });

  it('is JSON, whatever its texts are', () =>
    checkProperty(
      fc.property(hostileText, hostileText, hostileText, fc.dictionary(hostileText, hostileText), (a, b, c, map) => {
        const headers = { ...map, several: [a, b] };
        const record = sampleRecord({
          requestId: a,
          traceId: b,
          spanId: c,
          client: { ip: a, port: 1, agent: b },
          user: { id: c, groupId: null, authority: a },
          handler: { controller: b, action: c, route: a },
          request: { ...sample.request, method: b, path: c, query: map, params: map, headers, contentType: a },
          response: { ...sample.response, headers, contentType: b },
          redactions: [{ path: c, mode: a as RedactionMode }],
        });
        expect(written(record)).to.deep.equal(record);
      }),
    ));
});

describe('the JSON of small things', () => {
  it('is that of JSON.stringify', () =>
    checkProperty(
      fc.property(hostileText, fc.dictionary(hostileText, fc.oneof(hostileText, fc.jsonValue())), (text, map) => {
        expect(jsonOfText(text)).to.equal(JSON.stringify(text));
        expect(jsonOfTexts(map as JsonObject)).to.equal(JSON.stringify(map));
      }),
    ));

  it('is ISO text for times', () =>
    checkProperty(
      fc.property(
        fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        date => {
          const times = new IsoTimes();
          expect(times.textOf(date.getTime())).to.equal(date.toISOString());
          expect(times.textOf(date.getTime() + 1)).to.equal(new Date(date.getTime() + 1).toISOString());
        },
      ),
    ));
});
