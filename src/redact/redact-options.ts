import { LoggingError } from '../errors';
import { describeValue, refuseUnknownKeys, requireInteger, requireOneOf, requireTextList } from '../option-checks';
import { foldName } from './fold-name';
import { DEFAULT_LIMITS, type ValueLimits } from './value-limits';

/** Key of the mode `hash`. Keep it: without it old hashes cannot be searched for. */
export interface HashKey {
  /** Names the key in each hash, so that keys can be replaced: 1 to 32 letters, digits, `_` or `-`. */
  readonly id: string;
  /** At least 16 characters. */
  readonly secret: string;
}

/** Redaction beyond what `@Sensitive` says. */
export interface RedactOptions {
  /**
   * - `deny`: everything is recorded but what is sensitive.
   * - `allow`: only what `@Loggable()` marks is recorded, and nothing of that which is sensitive.
   *
   * @defaultValue 'deny'
   */
  readonly policy?: 'deny' | 'allow';
  /** More names of sensitive values; case, `_`, `-` and the words before them do not matter. @defaultValue [] */
  readonly names?: readonly string[];
  /**
   * Names that sound like a secret and are none here: one of the default list (`pin`), or a compound (`pageToken`).
   * A value marked `@Sensitive` stays sensitive.
   * @defaultValue []
   */
  readonly allowNames?: readonly string[];
  /** Needed by `@Sensitive({ mode: 'hash' })`. @defaultValue none: such values are redacted */
  readonly hashKey?: HashKey;
  /** Levels of arrays and objects kept of one body, from 1 to 64. @defaultValue 32 */
  readonly maxDepth?: number;
  /** Array elements and object members kept of one body, from 1 to 1000000. @defaultValue 10000 */
  readonly maxNodes?: number;
  /** Characters kept of one text, from 16 to 1000000. @defaultValue 8192 */
  readonly maxStringLength?: number;
  /**
   * Bytes kept of one record's bodies, attributes, headers and error in all, from 65536 to 15000000. What is too much goes
   * part by part, the largest first. @defaultValue 1048576
   */
  readonly maxRecordBytes?: number;
}

/** {@link RedactOptions}, checked and complete. */
export interface ResolvedRedactOptions {
  readonly policy: 'deny' | 'allow';
  readonly names: readonly string[];
  readonly allowNames: readonly string[];
  readonly hashKey: HashKey | null;
  readonly limits: ValueLimits;
  readonly maxRecordBytes: number;
  /** Set by {@link disableRedaction} alone. */
  readonly disabled: boolean;
}

const KEYS = [
  'policy',
  'names',
  'allowNames',
  'hashKey',
  'maxDepth',
  'maxNodes',
  'maxStringLength',
  'maxRecordBytes',
] as const;
const MIN_SECRET_LENGTH = 16;

/**
 * Fills in the defaults and checks every value, once, before the first request.
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`; the message never quotes the secret.
 * @example
 * resolveRedactOptions({ names: ['memberNumber'], allowNames: ['pageToken'] });
 */
export function resolveRedactOptions(options: RedactOptions = {}): ResolvedRedactOptions {
  refuseUnknownKeys('redact', options, KEYS);
  const { policy = 'deny', names = [], allowNames = [], hashKey } = options;
  requireOneOf('redact.policy', policy, ['deny', 'allow']);
  const {
    maxDepth = DEFAULT_LIMITS.maxDepth,
    maxNodes = DEFAULT_LIMITS.maxNodes,
    maxStringLength = DEFAULT_LIMITS.maxStringLength,
    maxRecordBytes = 1_048_576,
  } = options;
  checkNames('redact.names', names);
  checkNames('redact.allowNames', allowNames);
  refuseContradiction(names, allowNames);
  if (hashKey !== undefined) checkHashKey(hashKey);
  // A record may be nested 100 levels deep in MongoDB, and a body does not start at the first.
  requireInteger('redact.maxDepth', maxDepth, { min: 1, max: 64, unit: 'levels' });
  requireInteger('redact.maxNodes', maxNodes, { min: 1, max: 1_000_000, unit: 'nodes' });
  requireInteger('redact.maxStringLength', maxStringLength, { min: 16, max: 1_000_000, unit: 'characters' });
  // MongoDB takes 16 MiB, and a record has parts of ours, too.
  requireInteger('redact.maxRecordBytes', maxRecordBytes, { min: 65_536, max: 15_000_000, unit: 'bytes' });
  return {
    policy,
    names: [...names],
    allowNames: [...allowNames],
    hashKey: hashKey ? { id: hashKey.id, secret: hashKey.secret } : null,
    limits: { maxDepth, maxNodes, maxStringLength },
    maxRecordBytes,
    disabled: false,
  };
}

/**
 * The same options with every redaction switched off. Not part of the package's interface: a leak check needs it to show
 * that it would find a leak.
 */
export function disableRedaction(options: ResolvedRedactOptions): ResolvedRedactOptions {
  return { ...options, policy: 'deny', disabled: true };
}

function checkNames(option: string, names: unknown): asserts names is readonly string[] {
  requireTextList(option, names);
  const blank = (names as readonly string[]).find(name => foldName(name).whole === '');
  if (blank === undefined) return;
  throw new LoggingError('OPTION_INVALID', `${option} must hold names with a letter in them, got "${blank}".`);
}

function refuseContradiction(names: readonly string[], allowNames: readonly string[]): void {
  const allowed = new Set(allowNames.map(name => foldName(name).whole));
  const both = names.find(name => allowed.has(foldName(name).whole));
  if (both === undefined) return;
  throw new LoggingError(
    'OPTION_INVALID',
    `"${both}" is in redact.names and in redact.allowNames: remove one of them.`,
  );
}

function checkHashKey(hashKey: HashKey): void {
  refuseUnknownKeys('redact.hashKey', hashKey, ['id', 'secret']);
  const { id, secret } = hashKey as { readonly id: unknown; readonly secret: unknown };
  if (typeof id !== 'string' || !/^[\w-]{1,32}$/.test(id)) {
    throw new LoggingError(
      'OPTION_INVALID',
      `redact.hashKey.id must be 1 to 32 letters, digits, "_" or "-", got ${describeValue(id)}.`,
    );
  }
  if (typeof secret !== 'string' || secret.length < MIN_SECRET_LENGTH) {
    throw new LoggingError(
      'OPTION_INVALID',
      `redact.hashKey.secret must be a string of at least ${MIN_SECRET_LENGTH} characters, got ${describeValue(secret)}.`,
    );
  }
}
