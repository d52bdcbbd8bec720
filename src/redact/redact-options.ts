import { LoggingError } from '../errors';
import { describeValue, refuseUnknownKeys, requireInteger, requireOneOf, requireTextList } from '../option-checks';
import { type DetectorOptions, type ResolvedDetectors, resolveDetectors } from './detectors/detectors';
import { foldName } from './fold-name';
import {
  type EncryptionKey,
  type HashKey,
  type ResolvedEncryptionKey,
  refuseEqualIds,
  resolveEncryptionKey,
  resolveHashKey,
} from './redaction-keys';
import { DEFAULT_LIMITS, type ValueLimits } from './value-limits';

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
  /** Keys that made hashes before `hashKey` did: `logging.hash` finds those as well. @defaultValue [] */
  readonly oldHashKeys?: readonly HashKey[];
  /** Needed by `@Sensitive({ mode: 'encrypt' })`. @defaultValue none: such values are redacted */
  readonly encryptionKey?: EncryptionKey;
  /** Keys that encrypted before `encryptionKey` did: `logging.reveal` still reads what they wrote. @defaultValue [] */
  readonly oldEncryptionKeys?: readonly EncryptionKey[];
  /** Which secrets are recognised by their form. @defaultValue all but e-mail addresses */
  readonly detectors?: DetectorOptions;
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

type ResolvedKeys = Pick<ResolvedRedactOptions, 'hashKey' | 'oldHashKeys' | 'encryptionKey' | 'oldEncryptionKeys'>;

/** {@link RedactOptions}, checked and complete. */
export interface ResolvedRedactOptions {
  readonly policy: 'deny' | 'allow';
  readonly names: readonly string[];
  readonly allowNames: readonly string[];
  readonly hashKey: HashKey | null;
  readonly oldHashKeys: readonly HashKey[];
  readonly encryptionKey: ResolvedEncryptionKey | null;
  readonly oldEncryptionKeys: readonly ResolvedEncryptionKey[];
  readonly detectors: ResolvedDetectors;
  readonly limits: ValueLimits;
  readonly maxRecordBytes: number;
  /** Set by {@link disableRedaction} alone. */
  readonly disabled: boolean;
}

const KEYS = [
  ...['policy', 'names', 'allowNames', 'maxDepth', 'maxNodes', 'maxStringLength', 'maxRecordBytes'],
  ...['hashKey', 'oldHashKeys', 'encryptionKey', 'oldEncryptionKeys', 'detectors'],
] as const;

/**
 * Fills in the defaults and checks every value, once, before the first request.
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`; the message never quotes the secret.
 * @example
 * resolveRedactOptions({ names: ['memberNumber'], allowNames: ['pageToken'] });
 */
export function resolveRedactOptions(options: RedactOptions = {}): ResolvedRedactOptions {
  refuseUnknownKeys('redact', options, KEYS);
  const { policy = 'deny', names = [], allowNames = [] } = options;
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
    ...resolveKeys(options),
    detectors: resolveDetectors(options.detectors),
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

function resolveKeys({
  hashKey,
  oldHashKeys = [],
  encryptionKey,
  oldEncryptionKeys = [],
}: RedactOptions): ResolvedKeys {
  requireList('redact.oldHashKeys', oldHashKeys);
  requireList('redact.oldEncryptionKeys', oldEncryptionKeys);
  const keys: ResolvedKeys = {
    hashKey: hashKey === undefined ? null : resolveHashKey('redact.hashKey', hashKey),
    oldHashKeys: oldHashKeys.map((key, at) => resolveHashKey(`redact.oldHashKeys[${at}]`, key)),
    encryptionKey: encryptionKey === undefined ? null : resolveEncryptionKey('redact.encryptionKey', encryptionKey),
    oldEncryptionKeys: oldEncryptionKeys.map((key, at) => resolveEncryptionKey(`redact.oldEncryptionKeys[${at}]`, key)),
  };
  refuseEqualIds('redact.oldHashKeys', [...(keys.hashKey ? [keys.hashKey] : []), ...keys.oldHashKeys]);
  refuseEqualIds('redact.oldEncryptionKeys', [
    ...(keys.encryptionKey ? [keys.encryptionKey] : []),
    ...keys.oldEncryptionKeys,
  ]);
  return keys;
}

function requireList(option: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new LoggingError('OPTION_INVALID', `${option} must be an array of keys, got ${describeValue(value)}.`);
}
