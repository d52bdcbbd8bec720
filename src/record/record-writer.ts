import { createHash } from 'node:crypto';
import { expireAt } from './expire-at';
import { IsoTimes, jsonOfText, jsonOfTexts } from './json-text';
import type { JsonObject } from './json-value';
import type {
  Level,
  LogRecord,
  RecordClient,
  RecordError,
  RecordHandler,
  RecordHeaders,
  Redaction,
  ServiceInfo,
} from './log-record';
import { PackedRecord } from './packed-record';
import type { Snapshot } from './snapshot';

/** Bodies that are JSON already. */
export interface BodyTexts {
  readonly request?: string | undefined;
  readonly response?: string | undefined;
}

/** The parts of a record that redaction makes. */
export type RedactedParts = Pick<
  LogRecord,
  'requestId' | 'request' | 'response' | 'redactions' | 'redactionCount' | 'user' | 'client' | 'handler' | 'attributes'
> & {
  readonly error?: Omit<RecordError, 'fingerprint'>;
  /** Of those bodies that are in no part. */
  readonly bodies: BodyTexts;
};

const STACK_PLACE = /\n\s*at ([^\n]+)/;

/**
 * Puts each {@link LogRecord} together from a snapshot's numbers and its redacted parts: as JSON, member by member.
 * `JSON.stringify` of the same takes twice as long (docs/decisions/0007).
 */
export class RecordWriter {
  /** As JSON. */
  readonly #service: string;
  readonly #times = new IsoTimes();

  constructor(service: ServiceInfo) {
    this.#service = JSON.stringify(service);
  }

  write(snapshot: Snapshot, parts: RedactedParts): PackedRecord {
    const { id, at } = snapshot;
    const { error, attributes, redactions, bodies } = parts;
    const level = levelOf(snapshot);
    let json =
      `{"_id":"${id}","schema":1,"kind":"request","level":"${level}","sampleWeight":${snapshot.sampleWeight},` +
      `"service":${this.#service},"at":"${this.#times.textOf(at)}",${jsonOfTimes(snapshot)},` +
      `${jsonOfPeople(snapshot, parts)},${jsonOfGroups(snapshot)},"redactionCount":${parts.redactionCount},` +
      `"request":${jsonOfRequest(parts.request, bodies.request)},` +
      `"response":${jsonOfResponse(parts.response, bodies.response)}`;
    if (error) json += `,"error":${JSON.stringify({ ...error, fingerprint: fingerprintOf(error) })}`;
    if (attributes) json += `,"attributes":${JSON.stringify(attributes)}`;
    return new PackedRecord('request', level, `${json},"redactions":${jsonOfRedactions(redactions)}}`);
  }
}

function levelOf({ response, error }: Snapshot): Level {
  const { status, outcome } = response;
  if (status === null ? error !== undefined : status >= 500) return 'error';
  return outcome !== 'sent' || status === null || status >= 400 ? 'warn' : 'info';
}

function jsonOfTimes({ durationMs, handlerMs, incomplete }: Snapshot): string {
  const handler = handlerMs === null ? 'null' : rounded(handlerMs);
  return `"durationMs":${rounded(durationMs)},"handlerMs":${handler}${incomplete ? ',"incomplete":true' : ''}`;
}

function jsonOfPeople({ traceId, spanId }: Snapshot, { requestId, user, client, handler }: RedactedParts): string {
  const hasTrace = traceId !== undefined && spanId !== undefined;
  const trace = hasTrace ? `"traceId":${jsonOfText(traceId)},"spanId":${jsonOfText(spanId)},` : '';
  return (
    `"requestId":${jsonOfText(requestId)},${trace}"user":${user === null ? 'null' : JSON.stringify(user)},` +
    `"client":${jsonOfClient(client)},"handler":${handler === null ? 'null' : jsonOfHandler(handler)}`
  );
}

function jsonOfClient({ ip, port, agent }: RecordClient): string {
  return `{"ip":${jsonOfText(ip)},"port":${port},"agent":${jsonOfText(agent)}}`;
}

function jsonOfHandler({ controller, action, route }: RecordHandler): string {
  return `{"controller":${jsonOfText(controller)},"action":${jsonOfText(action)},"route":${jsonOfText(route)}}`;
}

/** What charts group by, and when stores delete. */
function jsonOfGroups({ at, durationMs, response: { status }, expireAfterDays }: Snapshot): string {
  const expiry = expireAfterDays === undefined ? '' : `,"expireAt":"${expireAt(at, expireAfterDays).toISOString()}"`;
  return (
    `"minute":${Math.floor(at / 60_000)},"statusClass":${status === null ? 0 : Math.floor(status / 100)},` +
    `"latencyBucket":${latencyBucketOf(durationMs)}${expiry}`
  );
}

function jsonOfRequest(request: LogRecord['request'], body: string | undefined): string {
  const { method, path, query, params, headers, contentType, bytes } = request;
  return (
    `{"method":${jsonOfText(method)},"path":${jsonOfText(path)},"query":${jsonOfTexts(query)},` +
    `"params":${jsonOfTexts(params)},"headers":${jsonOfHeaders(headers)},` +
    `"contentType":${jsonOfText(contentType)},"bytes":${bytes}${jsonOfBody(request, body)}}`
  );
}

function jsonOfResponse(response: LogRecord['response'], body: string | undefined): string {
  const { status, headers, contentType, bytes, outcome } = response;
  return (
    `{"status":${status},"headers":${jsonOfHeaders(headers)},"contentType":${jsonOfText(contentType)},` +
    `"bytes":${bytes},"outcome":"${outcome}"${jsonOfBody(response, body)}}`
  );
}

function jsonOfHeaders(headers: RecordHeaders): string {
  return jsonOfTexts(headers as JsonObject);
}

function jsonOfBody({ body, bodyOmitted }: LogRecord['request' | 'response'], text: string | undefined): string {
  const json = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return `${json === undefined ? '' : `,"body":${json}`}${bodyOmitted === undefined ? '' : `,"bodyOmitted":"${bodyOmitted}"`}`;
}

function jsonOfRedactions(redactions: readonly Redaction[]): string {
  let json = '';
  for (const { path, mode } of redactions) {
    json += `${json === '' ? '' : ','}{"path":${jsonOfText(path)},"mode":${jsonOfText(mode)}}`;
  }
  return `[${json}]`;
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

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
