import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../src/record/json-value';
import { toNdjsonLine } from '../../src/sinks/ndjson';
import { checkProperty } from '../support/check-property';
import { sampleRecord } from '../support/sample-record';

/** Everything that some reader takes for the end of a line, and what a terminal obeys. */
const LINE_BREAKING = /[\p{Cc}\u2028\u2029]/u;

// prettier-ignore
const hostileChar = fc.constantFrom(
  '\n', '\r', '\r\n', '\u0085', '\u2028', '\u2029', '\u001b[2J', '\u009b31m', '\0', '\u007f', '\\', '"', '\\u0085',
  '\ud800', '\udc00', '😀', '\u202e', '\ufeff', '{"_id":1}', '__proto__', 'é', ' ',
);
const hostileText = fc.oneof(
  fc.array(hostileChar, { maxLength: 12 }).map(parts => parts.join('')),
  fc.string(),
);
const json = fc.letrec<{ value: JsonValue; object: JsonObject }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    hostileText,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(hostileText, tie('value'), { maxKeys: 4 }),
}));

describe('a record as a line of NDJSON', () => {
  it('is one line that ends in a line feed, with dates as ISO text', () => {
    const line = toNdjsonLine(sampleRecord());
    expect(line.endsWith('}\n')).to.equal(true);
    expect(JSON.parse(line)).to.include({ at: '2026-11-22T10:15:00.123Z', kind: 'request' });
  });

  it('stays one line for every reader, whatever a request brought along, and reads back equal', () =>
    checkProperty(
      fc.property(hostileText, hostileText, json.value, json.object, (path, agent, body, query) => {
        const base = sampleRecord();
        const record = sampleRecord({
          client: { ...base.client, agent },
          request: { ...base.request, path, body, query },
        });
        const line = toNdjsonLine(record);
        expect(line.at(-1)).to.equal('\n');
        expect(line.slice(0, -1)).not.to.match(LINE_BREAKING);
        expect(JSON.parse(line)).to.deep.equal(JSON.parse(JSON.stringify(record)));
      }),
      500,
    ));
});
