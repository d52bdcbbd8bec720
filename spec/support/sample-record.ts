import type { LogRecord, LossRecord } from '../../src/record/log-record';

/** A complete record of a good request; `overrides` replace whole fields. */
export function sampleRecord(overrides: Partial<LogRecord> = {}): LogRecord {
  const at = overrides.at ?? new Date('2026-11-22T10:15:00.123Z');
  return {
    _id: '019e0c2a-7d5b-7c3e-9f10-2a6b8c4d5e6f',
    schema: 1,
    kind: 'request',
    level: 'info',
    sampleWeight: 1,
    service: { name: 'shop', version: '1.4.2', instance: 'shop-7d9f-x2', host: 'node-3', pid: 4711 },
    at,
    durationMs: 12.34,
    handlerMs: 9.87,
    requestId: 'req-5f0c2a6b8c4d',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    user: { id: '42', groupId: 'customers', authority: 'member' },
    client: { ip: '203.0.113.7', port: 50_312, agent: 'Mozilla/5.0 (X11; Linux x86_64)' },
    handler: { controller: 'UsersController', action: 'create', route: '/api/users' },
    request: {
      method: 'POST',
      path: '/api/users',
      query: { notify: 'true' },
      params: {},
      headers: { host: 'shop.example', 'content-type': 'application/json', cookie: 'sid=[REDACTED]' },
      contentType: 'application/json',
      bytes: 87,
      body: { email: 'ada@example.com', password: '[REDACTED]', address: { street: 'Main Street 1' } },
    },
    response: {
      status: 201,
      headers: { 'content-type': 'application/json; charset=utf-8', location: '/api/users/42' },
      contentType: 'application/json; charset=utf-8',
      bytes: 41,
      body: { id: 42, email: 'ada@example.com' },
      outcome: 'sent',
    },
    redactions: [
      { path: 'request.headers.cookie', mode: 'redact' },
      { path: 'request.body.password', mode: 'redact' },
    ],
    redactionCount: 2,
    minute: Math.floor(at.getTime() / 60_000),
    statusClass: 2,
    latencyBucket: 16,
    ...overrides,
  };
}

/** A complete loss record. */
export function sampleLoss(overrides: Partial<LossRecord> = {}): LossRecord {
  const at = overrides.at ?? new Date('2026-11-22T10:17:30.000Z');
  return {
    _id: '019e0c2c-0000-7000-9f10-2a6b8c4d5e6f',
    schema: 1,
    kind: 'loss',
    level: 'warn',
    service: sampleRecord().service,
    at,
    since: new Date('2026-11-22T10:15:00.123Z'),
    lost: 12,
    reasons: { 'queue-full': 10, rejected: 2 },
    minute: Math.floor(at.getTime() / 60_000),
    ...overrides,
  };
}

/** `count` records with ids of their own, counted on from `first`. */
export function sampleRecords(count: number, first = 0): LogRecord[] {
  return Array.from({ length: count }, (_, place) =>
    sampleRecord({ _id: `019e0c2a-7d5b-7c3e-9f10-${String(first + place).padStart(12, '0')}` }),
  );
}
