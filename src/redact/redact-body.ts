import { toUSVString } from 'node:util';
import { parse as parseForm } from 'qs';
import type { JsonObject, JsonValue } from '../record/json-value';
import type { BodyOmitted } from '../record/log-record';
import type { SnapshotBody } from '../record/snapshot';
import type { Plan } from './plan';
import type { RedactionNotes } from './redaction-notes';
import { Walk, type WalkRules, type WalkSource } from './walk';

/** The part of a record that tells of a body. */
export interface RedactedBody {
  readonly body?: JsonValue;
  readonly bodyOmitted?: BodyOmitted;
}

const MAX_PARTS = 1_000;
// As the host's form parser reads it, so that a path in the record is the path in the application.
const FORM_OPTIONS = { allowDots: true, plainObjects: true } as const;

export function redactBody(
  body: SnapshotBody,
  plan: Plan | null,
  direction: WalkSource['direction'],
  rules: WalkRules,
  notes: RedactionNotes,
): RedactedBody {
  switch (body.kind) {
    case 'none':
      return {};
    case 'omitted':
      return { bodyOmitted: body.why };
    case 'multipart':
      return { bodyOmitted: 'multipart', body: describeParts(body) };
    case 'text': {
      if (body.text === '') return {};
      const tree = body.format === 'form' ? readForm(body.text) : readJson(body.text);
      if (tree === undefined) return { bodyOmitted: 'unparsable' };
      if (mayHoldHalfPairs(body.text)) notes.hasUntidyText = true;
      const redacted = new Walk(rules, notes, { direction }).run(tree, `${direction}.body`, plan, body.hint);
      return redacted === undefined ? {} : { body: redacted };
    }
  }
}

function describeParts({ fields, files }: Extract<SnapshotBody, { readonly kind: 'multipart' }>): JsonObject {
  return {
    fields: fields.slice(0, MAX_PARTS),
    files: files
      .slice(0, MAX_PARTS)
      .map(({ field, name, contentType, bytes }) => ({ field, name, contentType, bytes })),
  };
}

function readForm(text: string): JsonValue {
  return parseForm(text, FORM_OPTIONS) as JsonObject;
}

function readJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Whether a parsed text can hold half a surrogate pair: as it is, or by an escape. Asked once, not of every text. */
function mayHoldHalfPairs(text: string): boolean {
  return text.includes('\\ud') || text.includes('\\uD') || toUSVString(text) !== text;
}
