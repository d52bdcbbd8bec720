import type { LogRecord } from '../../src/record/log-record';
import type { RejectedRecord } from '../../src/errors';
import type { Sink } from '../../src/sinks/sink';
import { SinkError } from '../../src/errors';

/** Found in every record, and nowhere outside of the store and the dead letter file. */
export const CANARY = 'canary-5e1f';

export function mongoRecord(id: string, changes: Partial<LogRecord> = {}): LogRecord {
  const at = new Date('2025-03-01T12:00:00.250Z');
  return {
    _id: id,
    schema: 1,
    kind: 'request',
    level: 'info',
    sampleWeight: 1,
    service: { name: 'shop', version: '1.2.3', instance: 'i-1', host: 'web-1', pid: 4711 },
    at,
    durationMs: 12.5,
    handlerMs: 9,
    requestId: `request-${id}`,
    user: { id: 'u1', groupId: null, authority: 'admin' },
    client: { ip: '192.0.2.1', port: 51515, agent: 'curl/8' },
    handler: { controller: 'UsersController', action: 'create', route: '/users' },
    request: {
      method: 'POST',
      path: '/users',
      query: {},
      params: {},
      headers: { 'content-type': 'application/json', accept: ['a', 'b'] },
      contentType: 'application/json',
      bytes: 42,
      body: { note: CANARY, tags: ['x', 1, true, null], price: 9.5, deep: { er: [{ est: 'value' }] } },
    },
    response: { status: 201, headers: {}, contentType: 'application/json', bytes: 2, body: {}, outcome: 'sent' },
    redactions: [{ path: 'request.body.password', mode: 'redact' }],
    redactionCount: 1,
    minute: Math.floor(at.getTime() / 60_000),
    statusClass: 2,
    latencyBucket: 16,
    ...changes,
  };
}

export function mongoRecords(count: number, prefix = 'r'): readonly LogRecord[] {
  return Array.from({ length: count }, (_, index) => mongoRecord(`${prefix}-${index}`));
}

/** The least that delivery does: writes a batch until the sink is done with it, without what was rejected on the way. */
export async function deliver(
  sink: Sink,
  batch: readonly LogRecord[],
  { attemptMs = 2_000, givenUpAfter = 200 }: { readonly attemptMs?: number; readonly givenUpAfter?: number } = {},
): Promise<{ readonly rejectedIds: readonly string[]; readonly attempts: number }> {
  const rejectedIds: string[] = [];
  let left = batch;
  const takeOut = (rejected: readonly RejectedRecord[] = []): void => {
    rejectedIds.push(...rejected.map(({ index }) => left[index]!._id));
    left = left.filter((_, index) => !rejected.some(each => each.index === index));
  };
  for (let attempts = 1; attempts <= givenUpAfter; attempts += 1) {
    if (left.length === 0) return { rejectedIds, attempts };
    try {
      const result = await sink.write(left, AbortSignal.timeout(attemptMs));
      takeOut(result?.rejected);
      return { rejectedIds, attempts };
    } catch (error) {
      if (!(error instanceof SinkError) || !error.retryable) throw error;
      takeOut(error.rejected);
    }
  }
  throw new Error(`${left.length} records are not delivered after ${givenUpAfter} attempts`);
}

/** What `work` rejects with, as a `SinkError`. */
export async function sinkErrorOf(work: Promise<unknown>): Promise<SinkError> {
  const error = await work.then(
    () => new Error('it did not reject'),
    (reason: unknown) => reason,
  );
  if (error instanceof SinkError) return error;
  throw error;
}
