import { type KeyObject, createSecretKey } from 'node:crypto';
import { LoggingError } from '../errors';
import { describeValue, refuseUnknownKeys } from '../option-checks';

/** Key of the mode `hash`. */
export interface HashKey {
  /** Names the key in each hash, so that keys can be replaced: 1 to 32 letters, digits, `_` or `-`. */
  readonly id: string;
  /** At least 16 characters. */
  readonly secret: string;
}

/** Key of the mode `encrypt`. */
export interface EncryptionKey {
  /** Names the key in each encrypted value, so that keys can be replaced: 1 to 32 letters, digits, `_` or `-`. */
  readonly id: string;
  /** 32 bytes, as they are or as a text in base64 or hexadecimal digits: `openssl rand -base64 32`. */
  readonly secret: string | Uint8Array;
}

/** An {@link EncryptionKey} that no log and no debugger prints by accident. */
export interface ResolvedEncryptionKey {
  readonly id: string;
  readonly secret: KeyObject;
}

const KEY_ID = /^[\w-]{1,32}$/;
const MIN_HASH_SECRET_LENGTH = 16;
const ENCRYPTION_SECRET_BYTES = 32;
const HEX_SECRET = /^[\da-f]{64}$/i;
const BASE64_SECRET = /^[\w+/-]{43}=?$/;

/** @throws {@link LoggingError} `OPTION_…`; the message never quotes the secret. */
export function resolveHashKey(option: string, given: HashKey): HashKey {
  const { id, secret } = checkKey(option, given);
  if (typeof secret !== 'string' || secret.length < MIN_HASH_SECRET_LENGTH) {
    throw new LoggingError(
      'OPTION_INVALID',
      `${option}.secret must be a string of at least ${MIN_HASH_SECRET_LENGTH} characters, got ${describeValue(secret)}.`,
    );
  }
  return { id, secret };
}

/** @throws {@link LoggingError} `OPTION_…`; the message never quotes the secret. */
export function resolveEncryptionKey(option: string, given: EncryptionKey): ResolvedEncryptionKey {
  const { id, secret } = checkKey(option, given);
  const bytes = secretBytes(secret);
  if (bytes?.byteLength === ENCRYPTION_SECRET_BYTES) return { id, secret: createSecretKey(bytes) };
  const got =
    secret instanceof Uint8Array
      ? `${secret.byteLength} bytes`
      : bytes
        ? `a text of ${bytes.byteLength} bytes`
        : describeValue(secret);
  throw new LoggingError(
    'OPTION_INVALID',
    `${option}.secret must be ${ENCRYPTION_SECRET_BYTES} bytes, as a Buffer or as a text in base64 or hexadecimal ` +
      `digits (openssl rand -base64 32), got ${got}.`,
  );
}

/** @throws {@link LoggingError} `OPTION_INVALID` when two keys of one kind have the same id. */
export function refuseEqualIds(option: string, keys: readonly { readonly id: string }[]): void {
  const ids = new Set<string>();
  for (const { id } of keys) {
    if (ids.has(id)) {
      throw new LoggingError(
        'OPTION_INVALID',
        `${option} has a second key with the id "${id}": give every key an id of its own, and never use one again.`,
      );
    }
    ids.add(id);
  }
}

function checkKey(option: string, given: unknown): { readonly id: string; readonly secret: unknown } {
  refuseUnknownKeys(option, given, ['id', 'secret']);
  const { id, secret } = given as { readonly id: unknown; readonly secret: unknown };
  if (typeof id === 'string' && KEY_ID.test(id)) return { id, secret };
  throw new LoggingError(
    'OPTION_INVALID',
    `${option}.id must be 1 to 32 letters, digits, "_" or "-", got ${describeValue(id)}.`,
  );
}

function secretBytes(secret: unknown): Uint8Array | undefined {
  if (secret instanceof Uint8Array) return secret;
  if (typeof secret !== 'string') return undefined;
  if (HEX_SECRET.test(secret)) return Buffer.from(secret, 'hex');
  return BASE64_SECRET.test(secret) ? Buffer.from(secret, 'base64') : undefined;
}
