import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isJsonType } from './captured-body';
import type { Exchange } from './exchange';

// Notes what the response is given, by reference, and when it is over, and passes every call on as it came: return values
// carry backpressure.
// Shared functions instead of closures; each response finds its exchange under a symbol.

const TAP = Symbol('logged-controllers:tap');

interface Tap {
  readonly exchange: Exchange;
  readonly requestIdHeader: string | false;
  readonly maxBodyBytes: number;
  readonly end: (...args: unknown[]) => ServerResponse;
  readonly write: (...args: unknown[]) => boolean;
  readonly writeHead: (...args: unknown[]) => ServerResponse;
  isEnding: boolean;
}

interface TappedResponse extends ServerResponse {
  [TAP]?: Tap;
}

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

function tappedWrite(this: TappedResponse, ...args: unknown[]): boolean {
  const tap = this[TAP]!;
  // Over HTTP/2 `end` hands its chunk to `write`.
  if (!tap.isEnding) {
    tap.exchange.hasWrites = true;
    tap.exchange.writtenBytes += byteLength(args[0], args[1]);
  }
  return tap.write.apply(this, args);
}

/** Bytes that may be recorded are copied: a pool of buffers gives them to the next response before that. */
function bytesToKeep(chunk: Uint8Array, response: ServerResponse): Uint8Array {
  return isJsonType(String(response.getHeader('content-type') ?? '')) ? Buffer.from(chunk) : chunk;
}

/**
 * A list of headers, which may name one twice, is sent as it is unless a header was set before. As the request id is, the
 * list is given as what Node.js sends the same from: each name once, with all its values. And without any header before,
 * the response would not remember what it is given here.
 */
function tappedWriteHead(this: TappedResponse, ...args: unknown[]): ServerResponse {
  const tap = this[TAP]!;
  const place = typeof args[1] === 'object' && args[1] !== null ? 1 : 2;
  const given = args[place];
  if (typeof given !== 'object' || given === null || this.headersSent) return tap.writeHead.apply(this, args);
  const set = this.getHeaderNames();
  const byName = Array.isArray(given) ? headersByName(given) : (given as OutgoingHttpHeaders);
  if (byName && set.length === 0) tap.exchange.givenHeaders = inLowerCase(byName);
  if (byName && set.length > 0 && set.every(name => name === tap.requestIdHeader)) args[place] = byName;
  return tap.writeHead.apply(this, args);
}

function inLowerCase(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** `undefined` for what is no list of headers. */
function headersByName(list: readonly unknown[]): OutgoingHttpHeaders | undefined {
  const flat = Array.isArray(list[0]) ? list.flatMap(pair => [(pair as unknown[])[0], (pair as unknown[])[1]]) : list;
  if (flat.length % 2 !== 0) return undefined;
  const headers = new Map<string, [name: string, ...values: unknown[]]>();
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at];
    if (typeof name !== 'string') return undefined;
    const known = headers.get(name.toLowerCase());
    if (known) known.push(flat[at + 1]);
    else headers.set(name.toLowerCase(), [name, flat[at + 1]]);
  }
  return Object.fromEntries(
    Array.from(headers.values(), ([name, ...values]) => [name, values.length === 1 ? values[0] : values.flat()]),
  ) as OutgoingHttpHeaders;
}

function tappedEnd(this: TappedResponse, ...args: unknown[]): ServerResponse {
  const tap = this[TAP]!;
  const { exchange } = tap;
  const [chunk, encoding] = args;
  if (!this.writableEnded && (typeof chunk === 'string' || chunk instanceof Uint8Array)) {
    exchange.endLength = chunk.length;
    if (chunk.length <= tap.maxBodyBytes && !exchange.hasWrites) {
      exchange.sentBody = typeof chunk === 'string' ? chunk : bytesToKeep(chunk, this);
      if (typeof encoding === 'string') exchange.sentEncoding = encoding as BufferEncoding;
    } else {
      exchange.writtenBytes += byteLength(chunk, encoding);
    }
  }
  // Koa removes all headers before it answers an error; the request id is what helps to look that error up.
  if (tap.requestIdHeader && !this.headersSent && !this.hasHeader(tap.requestIdHeader)) {
    this.setHeader(tap.requestIdHeader, exchange.requestId);
  }
  tap.isEnding = true;
  return tap.end.apply(this, args);
}

function responseOver(this: TappedResponse): void {
  this[TAP]!.exchange.closeResponse();
}

/** Notes body and size of a response as they are handed over, and its end. */
export function tapResponse(
  response: ServerResponse,
  exchange: Exchange,
  options: { readonly requestIdHeader: string | false; readonly maxBodyBytes: number },
): void {
  const tapped = response as TappedResponse;
  tapped[TAP] = {
    exchange,
    requestIdHeader: options.requestIdHeader,
    maxBodyBytes: options.maxBodyBytes,
    end: tapped.end as Tap['end'],
    write: tapped.write as Tap['write'],
    writeHead: tapped.writeHead as Tap['writeHead'],
    isEnding: false,
  };
  tapped.end = tappedEnd as typeof tapped.end;
  tapped.write = tappedWrite as typeof tapped.write;
  // HTTP/2 sets each header of a list by itself.
  if (exchange.context.req.httpVersionMajor < 2) tapped.writeHead = tappedWriteHead;
  // Comes after `finish`, and also without it.
  tapped.on('close', responseOver);
}
