import type { JsonObject } from '../record/json-value';
import { estimateBytes } from '../record/record-bytes';
import type { Snapshot, SnapshotBody, SnapshotError } from '../record/snapshot';
import { MORE_KEY, REDACTED, tooLargeMarker } from './markers';
import type { RedactedBody } from './redact-body';
import type { RedactionNotes } from './redaction-notes';
import type { WalkRules } from './walk';

/** The parts of a record, each redacted by its own rules. Everything in them is a copy of ours. */
export interface Drafts {
  readonly request: {
    readonly target: { readonly path: string; readonly params: JsonObject };
    readonly query: JsonObject;
    readonly headers: JsonObject;
    readonly body: RedactedBody;
  };
  readonly response: { readonly headers: JsonObject; readonly body: RedactedBody };
  readonly error: JsonObject | undefined;
  readonly attributes: JsonObject | undefined;
}

/** Of a text of digits into hashes; what functions return is bounded apart. */
const MAX_GROWTH = 12;

/** The parts of a record that is not too large: what is too much goes part by part, the largest first. */
export function withinBytes(
  drafts: Drafts,
  snapshot: Snapshot,
  { limits, maxRecordBytes }: WalkRules,
  { sealedTexts }: RedactionNotes,
): Drafts {
  if (isSurelySmall(snapshot, maxRecordBytes)) return drafts;
  const { request, response, error, attributes } = drafts;
  const uncut = new Set([...sealedTexts, ...[request.body, response.body].flatMap(({ text }) => text?.json ?? [])]);
  const bytesOf = (part: unknown) => estimateBytes(part, limits.maxStringLength, uncut);
  let bytes = bytesOf(drafts);
  if (bytes <= maxRecordBytes) return drafts;
  const parts = { request: request.body, response: response.body, error, attributes };
  const bySize = (Object.keys(parts) as (keyof typeof parts)[])
    .map(name => ({ name, size: bytesOf(parts[name]) }))
    .sort((one, other) => other.size - one.size);
  for (const { name, size } of bySize) {
    if (bytes <= maxRecordBytes) break;
    bytes -= size;
    if (name === 'attributes') parts.attributes = { [MORE_KEY]: tooLargeMarker(size) };
    else if (name === 'error')
      parts.error = error && { ...unreadableError(snapshot.error!), message: tooLargeMarker(size) };
    else parts[name] = { bodyOmitted: 'too-large' };
  }
  return {
    request: { ...request, body: parts.request },
    response: { ...response, body: parts.response },
    error: parts.error,
    attributes: parts.attributes,
  };
}

/** Counting costs as much as redacting, and most records need none. */
function isSurelySmall({ request, response, error, attributes }: Snapshot, maxRecordBytes: number): boolean {
  const characters = request.url.length + textLength(request.body) + textLength(response.body);
  return !error && !attributes && characters * MAX_GROWTH < maxRecordBytes / 2;
}

function textLength(body: SnapshotBody): number {
  return body.kind === 'text' ? body.text.length : 0;
}

/** An error of which only the name is recorded. */
export function unreadableError({ name }: SnapshotError): JsonObject {
  return { name, message: REDACTED, stack: null, causes: [] };
}
