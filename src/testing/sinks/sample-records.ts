import { randomUUID } from 'node:crypto';
import type { JsonValue } from '../../record/json-value';
import type { LogRecord, LossRecord } from '../../record/log-record';

/** Stands in every record of the kit, in several places: nothing but the destination may show it. */
export const CANARY = 'conformance-canary-6b1d';

/** A record like any other, with a body. */
export function makeRecord(body: JsonValue = { note: CANARY, list: [1, 'two', true, null] }): LogRecord {
  const at = new Date();
  return {
    _id: randomUUID(),
    schema: 1,
    kind: 'request',
    level: 'info',
    sampleWeight: 1,
    service: { name: 'sink-conformance', version: null, instance: 'one', host: 'localhost', pid: process.pid },
    at,
    durationMs: 12.5,
    handlerMs: 9.75,
    requestId: randomUUID(),
    user: { id: CANARY, groupId: null, authority: 'member' },
    client: { ip: '192.0.2.1', port: 50_312, agent: `Agent/${CANARY}` },
    handler: { controller: 'NotesController', action: 'create', route: '/notes/:id' },
    request: {
      method: 'POST',
      path: `/notes/${CANARY}`,
      query: {},
      params: { id: CANARY },
      headers: { 'content-type': 'application/json', accept: ['application/json', 'text/plain'], 'x-note': CANARY },
      contentType: 'application/json',
      bytes: 64,
      body,
    },
    response: {
      status: 201,
      headers: { 'content-type': 'application/json' },
      contentType: 'application/json',
      bytes: 2,
      body: {},
      outcome: 'sent',
    },
    redactions: [{ path: 'request.body.password', mode: 'redact' }],
    redactionCount: 1,
    minute: Math.floor(at.getTime() / 60_000),
    statusClass: 2,
    latencyBucket: 16,
  };
}

/** What delivery writes when records were lost on their way to this sink. */
export function makeLossRecord(): LossRecord {
  const { _id, schema, service, at, minute } = makeRecord();
  return {
    _id,
    schema,
    kind: 'loss',
    level: 'warn',
    service,
    at,
    since: at,
    lost: 3,
    reasons: { 'queue-full': 3 },
    minute,
  };
}

export function makeRecords(count: number): readonly LogRecord[] {
  return Array.from({ length: count }, () => makeRecord());
}

/** What a request can bring along and capture lets through, as values. */
export const HOSTILE_TEXTS: readonly string[] = [
  'line\nfeed\r\nand\u0085next\u2028line\u2029',
  'NUL \0, escape \u001b[31m, \u009b31m, DEL \u007f',
  '\u202egnirts desrever\u202c, \ufeff, \u200b',
  '$where',
  '{"$gt":""}',
  "'; DROP TABLE requests; --",
  '%s %d %n',
  '${7*7}',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '\ud83d\ude00 astral, e\u0301 combining, \uffff',
  "\"quotes\\ and 'more'",
  '',
  ' ',
  'x'.repeat(20_000),
];

/** Keys that query languages, prototypes and encoders read as something else. Capture escapes most of them. */
export const HOSTILE_KEYS: JsonValue = JSON.parse(
  '{"$where":1,"a.b":2,"":3,"nul\\u0000key":4,"_bsontype":"Long","__proto__":{"polluted":true},"constructor":5,' +
    '"toString":"6","toJSON":"7","toBSON":"8","length":9,"_id":10,"lone":"\\ud800 and \\udc00"}',
) as JsonValue;
