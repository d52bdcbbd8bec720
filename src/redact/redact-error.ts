import type { JsonObject, JsonValue } from '../record/json-value';
import type { RecordCause } from '../record/log-record';
import type { SnapshotError, SnapshotValidation } from '../record/snapshot';
import type { IsSensitiveName } from './clean-text';
import type { FreeTexts } from './free-texts';
import { REDACTED } from './markers';
import type { NameRules } from './name-rules';
import type { RedactionNotes } from './redaction-notes';
import type { WalkRules } from './walk';

/** The error's texts without the input that they quote. Secrets known from elsewhere are removed with all others. */
export function redactError(
  error: SnapshotError,
  { names, texts }: Pick<WalkRules, 'names' | 'texts'>,
  notes: RedactionNotes,
  isSensitive: IsSensitiveName,
): JsonObject {
  const clean = (text: string, path: string) => texts.clean(text, notes, null, path, isSensitive);
  const nameMessageCode = ({ name, message, code }: RecordCause, path: string): JsonObject => ({
    name: clean(name, `${path}.name`),
    message: clean(message, `${path}.message`),
    ...(code !== undefined && { code: clean(code, `${path}.code`) }),
  });
  const { stack, causes, validation } = error;
  return {
    ...nameMessageCode(error, 'error'),
    stack: stack === null ? null : clean(stack, 'error.stack'),
    causes: causes.map((cause, at) => nameMessageCode(cause, `error.causes.${at}`)),
    ...(validation && {
      validation: validation.map((failure, at) => redactFailure(failure, at, names, texts, notes)),
    }),
  };
}

function redactFailure(
  { path, constraints, sensitive, secret }: SnapshotValidation,
  at: number,
  names: NameRules,
  texts: FreeTexts,
  notes: RedactionNotes,
): JsonObject {
  const told: Record<string, JsonValue> = {};
  for (const rule of Object.keys(constraints)) {
    const { key } = names.verdictOf(rule);
    const place = `error.validation.${at}.constraints`;
    told[key] = sensitive ? REDACTED : texts.clean(constraints[rule]!, notes, null, `${place}.${key}`);
  }
  if (sensitive) notes.noteSecret(null, `error.validation.${at}.constraints`, 'redact', secret);
  return { path, constraints: told };
}
