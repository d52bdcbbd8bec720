import { toUSVString } from 'node:util';
import { parse as parseForm } from 'qs';
import type { JsonObject, JsonValue } from '../record/json-value';
import type { BodyOmitted } from '../record/log-record';
import type { SnapshotBody } from '../record/snapshot';
import { parseJson } from './json-texts';
import type { Plan } from './plan';
import type { RedactedText } from './redacted-text';
import { RedactionNotes } from './redaction-notes';
import { redactText } from './text-walk';
import { Walk, type WalkRules, type WalkSource } from './walk';

/** The part of a record that holds a body. */
export interface RedactedBody {
  readonly body?: JsonValue;
  /** Instead of `body`, where the text could be redacted as it is. */
  readonly text?: RedactedText;
  readonly bodyOmitted?: BodyOmitted;
}

type MultipartBody = Extract<SnapshotBody, { readonly kind: 'multipart' }>;

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
      if (body.values) learnSecrets(body.values, plan, rules, notes);
      return { bodyOmitted: 'multipart', body: describeParts(body, rules, notes) };
    case 'text': {
      if (body.text === '') return {};
      if (mayHoldHalfPairs(body.text)) notes.hasUntidyText = true;
      const path = `${direction}.body`;
      if (body.format === 'json') {
        const text = redactText(body.text, { path, direction, shape: plan, hint: body.hint }, rules, notes);
        if (text) return { text };
      }
      const tree = body.format === 'form' ? readForm(body.text) : parseJson(body.text);
      if (tree === undefined) return { bodyOmitted: 'unparsable' };
      const redacted = new Walk(rules, notes, { direction }).run(tree, path, plan, body.hint);
      return redacted === undefined ? {} : { body: redacted };
    }
  }
}

/** The values of a form are not recorded, so their redactions are not listed; what they teach stays. */
function learnSecrets(values: JsonObject, plan: Plan | null, rules: WalkRules, notes: RedactionNotes): void {
  const unlisted = new RedactionNotes(notes.recordId, notes.known);
  new Walk(rules, unlisted, { direction: 'request', keysEscaped: true, redactOnly: true }).run(
    structuredClone(values),
    'request.body',
    plan,
  );
}

function describeParts({ fields, files }: MultipartBody, { texts }: WalkRules, notes: RedactionNotes): JsonObject {
  const clean = (text: string, path: string): string => texts.clean(text, notes, null, `request.body.${path}`);
  return {
    fields: fields.slice(0, MAX_PARTS).map((field, at) => clean(field, `fields.${at}`)),
    files: files.slice(0, MAX_PARTS).map(({ field, name, contentType, bytes }, at) => ({
      field: clean(field, `files.${at}.field`),
      name: clean(name, `files.${at}.name`),
      contentType,
      bytes,
    })),
  };
}

function readForm(text: string): JsonValue {
  return parseForm(text, FORM_OPTIONS) as JsonObject;
}

/** Whether a parsed text can hold half a surrogate pair: as it is, or by an escape. Asked once, not of every text. */
function mayHoldHalfPairs(text: string): boolean {
  return text.includes('\\ud') || text.includes('\\uD') || toUSVString(text) !== text;
}
