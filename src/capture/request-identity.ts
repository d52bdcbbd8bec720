const SANE_REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

/** The client's request id, if it is short and printable enough to be stored and sent back. */
export function saneRequestId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && SANE_REQUEST_ID.test(value) ? value : undefined;
}

const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}(?:-.*)?$/;

/** Trace and parent span of a W3C `traceparent` header; `undefined` when it is missing or malformed. */
export function parseTraceparent(
  value: string | string[] | undefined,
): { readonly traceId: string; readonly spanId: string } | undefined {
  const match = typeof value === 'string' ? TRACEPARENT.exec(value.slice(0, 256)) : null;
  return match ? { traceId: match[1]!, spanId: match[2]! } : undefined;
}
