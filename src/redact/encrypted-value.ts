import { type KeyObject, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { JsonValue } from '../record/json-value';
import type { ResolvedEncryptionKey } from './redaction-keys';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ENCRYPTED = /^enc:([\w-]{1,32}):([\w-]+)$/;

/** An encrypted value as it stands in a record. */
export interface EncryptedValue {
  readonly keyId: string;
  /** `iv | ciphertext | tag` */
  readonly sealed: Buffer;
}

/** Where an encrypted value belongs. */
export interface SealedPlace {
  readonly recordId: string;
  readonly path: string;
}

/**
 * `enc:<key id>:<base64url of iv, ciphertext and tag>`. What is encrypted is the value's JSON text, so that numbers and
 * objects come back as they were; it can be read at its own place only. `undefined` for what JSON cannot write.
 */
export function encryptValue(value: JsonValue, key: ResolvedEncryptionKey, place: SealedPlace): string | undefined {
  const text = jsonText(value);
  if (text === undefined) return undefined;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key.secret, iv);
  cipher.setAAD(boundTo(key.id, place));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `enc:${key.id}:${sealed.toString('base64url')}`;
}

export function readEncrypted(value: unknown): EncryptedValue | undefined {
  const parts = typeof value === 'string' ? ENCRYPTED.exec(value) : null;
  if (parts === null) return undefined;
  const sealed = Buffer.from(parts[2]!, 'base64url');
  return sealed.byteLength < IV_BYTES + TAG_BYTES ? undefined : { keyId: parts[1]!, sealed };
}

/** @throws when the key is another one, the value was changed, or it belongs to another place. */
export function decryptValue({ keyId, sealed }: EncryptedValue, secret: KeyObject, place: SealedPlace): JsonValue {
  const decipher = createDecipheriv(ALGORITHM, secret, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(keyId, place));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as JsonValue;
}

// Who can write to the store could else move one person's encrypted value into another's record, unnoticed.
function boundTo(keyId: string, { recordId, path }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([keyId, recordId, path]));
}

function jsonText(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the engine can write.
    return undefined;
  }
}
