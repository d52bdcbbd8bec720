import type { ServerResponse } from 'node:http';
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

function tappedEnd(this: TappedResponse, ...args: unknown[]): ServerResponse {
  const tap = this[TAP]!;
  const { exchange } = tap;
  const [chunk, encoding] = args;
  if (!this.writableEnded && (typeof chunk === 'string' || chunk instanceof Uint8Array)) {
    exchange.endLength = chunk.length;
    if (chunk.length <= tap.maxBodyBytes && !exchange.hasWrites) {
      exchange.sentBody = chunk;
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
    isEnding: false,
  };
  tapped.end = tappedEnd as typeof tapped.end;
  tapped.write = tappedWrite as typeof tapped.write;
  // Comes after `finish`, and also without it.
  tapped.on('close', responseOver);
}
