import { createHash } from 'node:crypto';
import type { Level, LogRecord, RecordError, ServiceInfo } from './log-record';
import type { BodyTexts } from './packed-record';
import type { Snapshot } from './snapshot';

/** The parts of a record that redaction makes. */
export type RedactedParts = Pick<
  LogRecord,
  'requestId' | 'request' | 'response' | 'redactions' | 'redactionCount' | 'user' | 'client' | 'handler' | 'attributes'
> & {
  readonly error?: Omit<RecordError, 'fingerprint'>;
  /** Of those bodies that are in no part. */
  readonly bodies: BodyTexts;
};

const DAY_MS = 86_400_000;
const STACK_PLACE = /\n\s*at ([^\n]+)/;

function levelOf({ response, error }: Snapshot): Level {
  const { status, outcome } = response;
  if (status === null ? error !== undefined : status >= 500) return 'error';
  return outcome !== 'sent' || status === null || status >= 400 ? 'warn' : 'info';
}

/** Name, code and the place of the throw; messages often hold ids and would tear equal errors apart. */
function fingerprintOf({ name, code, stack }: Omit<RecordError, 'fingerprint'>): string {
  const place = STACK_PLACE.exec(stack ?? '')?.[1] ?? '';
  return createHash('sha256')
    .update(`${name}\n${code ?? ''}\n${place}`)
    .digest('hex')
    .slice(0, 16);
}

/** Upper bound of a duration in milliseconds: 1, 2, 4, 8 … */
function latencyBucketOf(durationMs: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, durationMs)));
}

const rounded = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** Puts the record together from a snapshot's numbers and its redacted parts. */
export function buildRecord(snapshot: Snapshot, parts: RedactedParts, service: ServiceInfo): LogRecord {
  const { error, attributes, request, response } = parts;
  const { status } = response;
  return {
    _id: snapshot.id,
    schema: 1,
    kind: 'request',
    level: levelOf(snapshot),
    sampleWeight: snapshot.sampleWeight,
    service,
    at: new Date(snapshot.at),
    durationMs: rounded(snapshot.durationMs),
    handlerMs: snapshot.handlerMs === null ? null : rounded(snapshot.handlerMs),
    ...(snapshot.incomplete ? { incomplete: true as const } : {}),
    requestId: parts.requestId,
    ...(snapshot.traceId !== undefined && snapshot.spanId !== undefined
      ? { traceId: snapshot.traceId, spanId: snapshot.spanId }
      : {}),
    user: parts.user,
    client: parts.client,
    handler: parts.handler,
    minute: Math.floor(snapshot.at / 60_000),
    statusClass: status === null ? 0 : Math.floor(status / 100),
    latencyBucket: latencyBucketOf(snapshot.durationMs),
    ...(snapshot.expireAfterDays !== undefined
      ? { expireAt: new Date(snapshot.at + snapshot.expireAfterDays * DAY_MS) }
      : {}),
    redactionCount: parts.redactionCount,
    request,
    response,
    ...(error ? { error: { ...error, fingerprint: fingerprintOf(error) } } : {}),
    ...(attributes ? { attributes } : {}),
    redactions: parts.redactions,
  };
}
