import type { IncomingMessage } from 'node:http';
import { isProxy } from 'node:util/types';
import type { Context } from 'koa';
import type { BodyPolicy } from '../decorators/selection-options';
import type { SnapshotBody, SnapshotFile, TypeHint } from '../record/snapshot';
import { plainCopy } from './attributes';
import type { Exchange } from './exchange';

const JSON_TYPE = /^[^;]*[/+]json\s*(?:;|$)/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const MULTIPART_TYPE = /^multipart\//i;
const TEXT_TYPE = /^text\/|^application\/(?:xml|[^;]*\+xml|javascript)/i;
const { isPrototypeOf } = Object.prototype;
const NONE: SnapshotBody = { kind: 'none' };

export interface BodyRules {
  readonly policy: BodyPolicy;
  readonly maxBodyBytes: number;
}

export function isJsonType(type: string): boolean {
  return JSON_TYPE.test(type);
}

function isRefusedByPolicy(policy: BodyPolicy, hasFailed: boolean): boolean {
  return policy === 'never' || (policy === 'on-error' && !hasFailed);
}

/** In UTF-8 one unit of a string takes 1 to 3 bytes, so most texts are judged by their length alone. */
function isLongerThan(maxBytes: number, body: string | Uint8Array): boolean {
  if (body.length > maxBytes) return true;
  return typeof body === 'string' && body.length * 3 > maxBytes && Buffer.byteLength(body) > maxBytes;
}

interface ParsedRequest {
  /** Text that the body parser kept; absent for types it does not take and for what it could not parse. */
  readonly rawBody?: unknown;
  readonly body?: unknown;
  readonly file?: unknown;
  readonly files?: unknown;
}

/** Over HTTP/2 a body needs no header that announces it. */
function hasBody({ headers, stream }: IncomingMessage & { readonly stream?: { readonly endAfterHeaders?: boolean } }) {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length) > 0;
  return headers['transfer-encoding'] !== undefined || stream?.endAfterHeaders === false;
}

/** The request body as the client sent it. */
export function requestBody(exchange: Exchange, rules: BodyRules): SnapshotBody {
  const { context, hasFailed } = exchange;
  const { headers } = context.req;
  if (!hasBody(context.req)) return NONE;
  if (isRefusedByPolicy(rules.policy, hasFailed)) return { kind: 'omitted', why: 'policy' };
  const type = headers['content-type'] ?? '';
  const request = context.request as ParsedRequest;
  if (MULTIPART_TYPE.test(type)) return multipartBody(request);
  const format = JSON_TYPE.test(type) ? 'json' : FORM_TYPE.test(type) ? 'form' : undefined;
  if (format === undefined) return { kind: 'omitted', why: TEXT_TYPE.test(type) ? 'unparsable' : 'binary' };
  if (typeof request.rawBody === 'string') {
    if (isLongerThan(rules.maxBodyBytes, request.rawBody)) return { kind: 'omitted', why: 'too-large' };
    return { kind: 'text', text: request.rawBody, format, hint: null };
  }
  if ((exchange.error as { status?: unknown } | undefined)?.status === 413) {
    return { kind: 'omitted', why: 'too-large' };
  }
  // Body parsers of the application may keep no text: what they parsed is the next best witness.
  if (typeof request.body === 'object' && request.body !== null && Object.keys(request.body).length > 0) {
    const text = JSON.stringify(plainCopy(request.body));
    if (isLongerThan(rules.maxBodyBytes, text)) return { kind: 'omitted', why: 'too-large' };
    return { kind: 'text', text, format: 'json', hint: null };
  }
  return { kind: 'omitted', why: 'unparsable' };
}

/** An upload as multer leaves it on the request; the contents stay where they are. */
interface MulterFile {
  readonly fieldname?: unknown;
  readonly originalname?: unknown;
  readonly mimetype?: unknown;
  readonly size?: unknown;
}

function multipartBody({ body, file, files }: ParsedRequest): SnapshotBody {
  const lists = Array.isArray(files) ? files : typeof files === 'object' && files !== null ? Object.values(files) : [];
  const uploads = [file, ...lists.flat()].filter(
    (upload): upload is MulterFile => typeof upload === 'object' && !!upload,
  );
  const values = typeof body === 'object' && body !== null ? plainCopy(body) : null;
  return {
    kind: 'multipart',
    ...(typeof values === 'object' && values !== null && !Array.isArray(values) && { values }),
    fields: typeof body === 'object' && body !== null ? Object.keys(body) : [],
    files: [...new Set(uploads)].map((upload): SnapshotFile => ({
      field: textOrEmpty(upload.fieldname),
      name: textOrEmpty(upload.originalname),
      contentType: typeof upload.mimetype === 'string' ? upload.mimetype : null,
      bytes: typeof upload.size === 'number' ? upload.size : null,
    })),
  };
}

function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The response body as it was handed to the connection. */
export function responseBody(
  exchange: Exchange,
  rules: BodyRules,
  hintOf: (live: unknown) => TypeHint | null,
): SnapshotBody {
  const { context, sentBody, hasFailed } = exchange;
  const status = exchange.status ?? 0;
  const isBodyless = context.req.method === 'HEAD' || status === 204 || status === 205 || status === 304;
  if (isBodyless || (!exchange.hasWrites && exchange.endLength === 0)) return NONE;
  if (isRefusedByPolicy(rules.policy, hasFailed)) return { kind: 'omitted', why: 'policy' };
  if (exchange.hasWrites) return { kind: 'omitted', why: 'stream' };
  const sent = exchange.responseHeaders;
  const type = String(sent['content-type'] ?? '');
  const isEncoded = (sent['content-encoding'] ?? 'identity') !== 'identity';
  const isText = JSON_TYPE.test(type) || TEXT_TYPE.test(type);
  if (isEncoded || !isText) return { kind: 'omitted', why: 'binary' };
  if (sentBody === undefined || isLongerThan(rules.maxBodyBytes, sentBody))
    return { kind: 'omitted', why: 'too-large' };
  if (!JSON_TYPE.test(type)) return { kind: 'omitted', why: 'unparsable' };
  const text = typeof sentBody === 'string' ? sentBody : Buffer.from(sentBody).toString('utf8');
  return { kind: 'text', text, format: 'json', hint: hintOf(liveBody(exchange)) };
}

/** What the body was made of: the action's result, or what somebody else gave to Koa. */
function liveBody({ context, isErrorAnswered, result }: Exchange): unknown {
  // An error was answered instead of the result, or the action itself filled the response.
  const isAnswered = isErrorAnswered || result === undefined || result === context || result === context.response;
  return isAnswered ? context.body : result;
}

/** Live objects that may hold a secret which the body shows in another form. */
export function liveSources({ arguments: bound = [], binding, returned, result }: Exchange): unknown[] {
  const types = binding?.parameterTypes ?? [];
  const typed = bound.filter(
    value =>
      typeof value === 'object' && !isProxy(value) && types.some(type => isPrototypeOf.call(type.prototype, value!)),
  );
  return returned === result ? typed : [...typed, returned];
}

/** Body bytes handed over; `Content-Length` spares counting the text again. */
export function responseBytes(exchange: Exchange, context: Context): number {
  if (context.req.method === 'HEAD') return 0;
  if (exchange.hasWrites || exchange.sentBody === undefined) return exchange.writtenBytes;
  const length = Number(exchange.responseHeaders['content-length']);
  if (Number.isInteger(length)) return length;
  return typeof exchange.sentBody === 'string'
    ? Buffer.byteLength(exchange.sentBody, exchange.sentEncoding ?? 'utf8')
    : exchange.sentBody.byteLength;
}
