import type { JsonObject, JsonValue } from '../record/json-value';
import type { SnapshotError, SnapshotValidation } from '../record/snapshot';
import { redactUrls, removeQuotedInput } from './clean-text';
import { REDACTED } from './markers';
import type { NameRules } from './name-rules';
import type { RedactionNotes } from './redaction-notes';

/** The error's texts without the input that they quote. Secrets known from elsewhere are removed with all others. */
export function redactError(error: SnapshotError, names: NameRules, notes: RedactionNotes): JsonObject {
  const { name, message, code, stack, causes, validation } = error;
  return {
    name,
    message: cleanMessage(message, 'error.message', names, notes),
    ...(code !== undefined && { code }),
    stack: stack === null ? null : cleanMessage(stack, 'error.stack', names, notes),
    causes: causes.map((cause, at) => ({
      name: cause.name,
      message: cleanMessage(cause.message, `error.causes.${at}.message`, names, notes),
      ...(cause.code !== undefined && { code: cause.code }),
    })),
    ...(validation && { validation: validation.map((failure, at) => redactFailure(failure, at, names, notes)) }),
  };
}

function cleanMessage(message: string, path: string, names: NameRules, notes: RedactionNotes): string {
  if (names.isDisabled) return message;
  const cleaned = redactUrls(removeQuotedInput(message, names), names, notes.known);
  if (cleaned !== message) notes.note(null, path, 'redact');
  return cleaned;
}

function redactFailure(
  { path, constraints, sensitive, secret }: SnapshotValidation,
  at: number,
  names: NameRules,
  notes: RedactionNotes,
): JsonObject {
  const texts: Record<string, JsonValue> = {};
  for (const rule of Object.keys(constraints)) {
    texts[names.verdictOf(rule).key] = sensitive ? REDACTED : constraints[rule]!;
  }
  if (sensitive) notes.noteSecret(null, `error.validation.${at}.constraints`, 'redact', secret);
  return { path, constraints: texts };
}
