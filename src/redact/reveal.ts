import { LoggingError } from '../errors';
import type { JsonValue } from '../record/json-value';
import { type EncryptedValue, decryptValue, readEncrypted } from './encrypted-value';
import type { ResolvedEncryptionKey } from './redaction-keys';

/** A record, also one that was read back from a file or a database. */
export type StoredRecord = { readonly _id: string };

/**
 * The value that was encrypted at this place of the record.
 * @throws {@link LoggingError} `REVEAL_PATH_UNKNOWN`, `REVEAL_NOT_ENCRYPTED`, `REVEAL_KEY_UNKNOWN` or `REVEAL_REFUSED`.
 */
export function revealValue(record: StoredRecord, path: string, keys: readonly ResolvedEncryptionKey[]): JsonValue {
  const found = valueAt(record, path);
  if (found === undefined) {
    throw new LoggingError(
      'REVEAL_PATH_UNKNOWN',
      'The record has no value at this path; its redactions list the paths.',
    );
  }
  const encrypted = readEncrypted(found);
  if (encrypted === undefined) {
    throw new LoggingError(
      'REVEAL_NOT_ENCRYPTED',
      'The value at this path is not encrypted, so there is nothing to reveal.',
    );
  }
  const key = keys.find(({ id }) => id === encrypted.keyId);
  if (key === undefined) {
    throw new LoggingError(
      'REVEAL_KEY_UNKNOWN',
      `There is no key with the id "${encrypted.keyId}": pass it, or add it to redact.oldEncryptionKeys.`,
    );
  }
  return decrypt(encrypted, key, record, path);
}

function decrypt(encrypted: EncryptedValue, key: ResolvedEncryptionKey, record: StoredRecord, path: string): JsonValue {
  try {
    return decryptValue(encrypted, key.secret, { recordId: record._id, path });
  } catch {
    throw new LoggingError(
      'REVEAL_REFUSED',
      `The value cannot be decrypted: key "${key.id}" has another secret now, or the value was changed or moved here ` +
        'from another record or path.',
    );
  }
}

/** Keys of a record hold no dots, so a path is never ambiguous. */
function valueAt(record: StoredRecord, path: string): unknown {
  let value: unknown = record;
  let walked = '';
  for (const step of path.split('.')) {
    if (typeof value === 'string') value = insideText(value, walked);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
    walked += `.${step}`;
  }
  return value;
}

/** What a text holds under names: JSON that travelled inside JSON, or the cookies of a header. */
function insideText(text: string, path: string): unknown {
  if (/(?:^|\.)headers\.(?:set-)?cookie(?:\.\d+)?$/.test(path)) {
    return Object.fromEntries(
      text.split('; ').map(pair => [pair.split('=', 1)[0]!, pair.slice(pair.indexOf('=') + 1)]),
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
