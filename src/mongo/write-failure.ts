import type { SinkFailureKind } from '../errors';

// What a failed write means, told from names, codes and labels alone. Messages of the server and the driver quote
// documents, keys and hosts, so none of them is passed on.

/**
 * - `delivered`: the record was there already, under its own `_id`.
 * - `poison`: the server refuses this document for good.
 * - `build`: the call was never sent, because some document cannot be made into BSON.
 * - `retry`, `slow-retry`, `overloaded`: the same write may succeed soon, much later, or under less load.
 * - `config`: nothing is stored until somebody changes a setting.
 * - `unknown`: none of our tables knows it.
 */
export type FailureKind =
  'delivered' | 'poison' | 'build' | 'retry' | 'slow-retry' | 'overloaded' | 'config' | 'unknown';

export interface Failure {
  readonly kind: FailureKind;
  /** `NotWritablePrimary (10107)`: names and codes only. */
  readonly words: string;
  readonly code?: number;
  readonly labels: readonly string[];
  /** What a person can do about it. */
  readonly remedy?: string;
}

/** A failed call: what befell the command as a whole, and the documents that the server named. */
export interface FailedInsert {
  /** `undefined` when the command went through and only the listed documents were refused. */
  readonly command?: Failure;
  /** The command was refused or lost, so that documents which are not listed may be missing. */
  readonly isIncomplete: boolean;
  /** Failures by place in the call. */
  readonly documents: ReadonlyMap<number, Failure>;
}

interface CodeRow {
  readonly kind: FailureKind;
  readonly name: string;
  readonly remedy?: string;
}

function rows(
  kind: FailureKind,
  names: Readonly<Record<number, string | readonly [string, string]>>,
): readonly (readonly [number, CodeRow])[] {
  return Object.entries(names).map(([code, entry]) => {
    const [name, remedy] = typeof entry === 'string' ? [entry] : entry;
    return [Number(code), { kind, name, ...(remedy !== undefined && { remedy }) }];
  });
}

const CODES: ReadonlyMap<number, CodeRow> = new Map([
  ...rows('retry', {
    6: 'HostUnreachable',
    7: 'HostNotFound',
    50: 'MaxTimeMSExpired',
    64: 'WriteConcernTimeout',
    89: 'NetworkTimeout',
    91: 'ShutdownInProgress',
    100: ['UnsatisfiableWriteConcern', 'The write concern asks for more members than the replica set has.'],
    112: 'WriteConflict',
    134: 'ReadConcernMajorityNotAvailableYet',
    189: 'PrimarySteppedDown',
    202: 'NetworkInterfaceExceededTimeLimit',
    262: 'ExceededTimeLimit',
    365: 'TemporarilyUnavailable',
    371: 'UserWritesBlocked',
    402: 'ResourceExhausted',
    9001: 'SocketException',
    10107: 'NotWritablePrimary',
    11600: 'InterruptedAtShutdown',
    11602: 'InterruptedDueToReplStateChange',
    13435: 'NotPrimaryNoSecondaryOk',
    13436: 'NotPrimaryOrSecondary',
  }),
  ...rows('slow-retry', {
    8000: ['AtlasError', 'Atlas refuses writes over the quota and wrong credentials alike: see its console.'],
    14031: ['OutOfDiskSpace', 'Free disk space on the server.'],
  }),
  ...rows('overloaded', {
    433: 'AdmissionQueueOverflow',
    449: 'RateLimitExceeded',
    450: 'PooledConnectionAcquisitionRejected',
    462: 'IngressRequestRateLimitExceeded',
  }),
  ...rows('config', {
    13: ['Unauthorized', 'Give the user the role readWrite on the database.'],
    18: ['AuthenticationFailed', 'Check the user name, the password and authSource in the connection string.'],
    20: ['IllegalOperation', 'This server does not take such writes: check retryWrites and the kind of the server.'],
    26: ['NamespaceNotFound', 'Create the collection.'],
    73: ['InvalidNamespace', 'Check the names given as `database` and `collection`.'],
    79: ['UnknownReplWriteConcern', 'Check `w` of the write concern.'],
    166: ['CommandNotSupportedOnView', 'Give `collection` the name of a collection; this one is a view.'],
  }),
  ...rows('poison', {
    2: 'BadValue',
    9: 'FailedToParse',
    14: 'TypeMismatch',
    15: 'Overflow',
    22: 'InvalidBSON',
    53: 'InvalidIdField',
    61: 'ShardKeyNotFound',
    67: 'CannotCreateIndex',
    116: 'DocTooLargeForCapped',
    121: 'DocumentValidationFailure',
    171: 'CannotIndexParallelArrays',
    378: 'NonConformantBSON',
    10334: 'BSONObjectTooLarge',
    11000: 'DuplicateKey',
  }),
]);

const CONNECTION_REMEDY =
  'Check that the server runs, that it can be reached from here, and that the connection string is right.';
const CLIENT_CLOSED_REMEDY = 'The client was closed: give the sink a collection of a client that stays open.';

// By name and not by class: a Collection of the application may come from another copy of the driver.
const DRIVER_ERRORS: Readonly<Record<string, Omit<CodeRow, 'name'>>> = {
  MongoServerSelectionError: { kind: 'retry', remedy: CONNECTION_REMEDY },
  MongoNetworkError: { kind: 'retry' },
  MongoNetworkTimeoutError: { kind: 'retry' },
  MongoPoolClearedError: { kind: 'retry' },
  MongoPoolClearedOnNetworkError: { kind: 'retry' },
  MongoPoolClosedError: { kind: 'retry' },
  MongoWaitQueueTimeoutError: { kind: 'retry' },
  MongoOperationTimeoutError: { kind: 'retry' },
  MongoExpiredSessionError: { kind: 'retry' },
  MongoStalePrimaryError: { kind: 'retry' },
  MongoSystemError: { kind: 'retry' },
  MongoServerClosedError: { kind: 'retry' },
  MongoTopologyClosedError: { kind: 'retry', remedy: CLIENT_CLOSED_REMEDY },
  MongoClientClosedError: { kind: 'retry', remedy: CLIENT_CLOSED_REMEDY },
  MongoNotConnectedError: { kind: 'retry', remedy: CLIENT_CLOSED_REMEDY },
  MongoUnexpectedServerResponseError: { kind: 'retry' },
  MongoMissingCredentialsError: { kind: 'config', remedy: 'Put the credentials into the connection string.' },
  MongoMissingDependencyError: { kind: 'config', remedy: 'Install the package that this log-in or option needs.' },
  MongoCompatibilityError: { kind: 'config', remedy: 'This version of the driver does not speak to that server.' },
  MongoInvalidArgumentError: { kind: 'build' },
};

const RETRYABLE_LABELS = ['RetryableWriteError', 'RetryableError', 'TransientTransactionError'];

/** What may be read of an error, whichever version of the driver made it. */
interface ErrorFields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly codeName?: unknown;
  readonly cause?: unknown;
  readonly errmsg?: unknown;
  readonly errorLabels?: unknown;
  readonly errorResponse?: unknown;
  readonly result?: unknown;
  readonly writeErrors?: unknown;
}

interface BulkResult {
  getWriteErrors(): readonly { readonly code: number; readonly index: number; readonly errmsg?: string }[];
  getWriteConcernError(): { readonly code?: number } | undefined;
}

function fieldsOf(value: unknown): ErrorFields {
  return typeof value === 'object' && value !== null ? value : {};
}

// Identifiers only, so that no text which merely stands in the place of a name is passed on.
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;
}

function labelsOf(fields: ErrorFields): readonly string[] {
  return Array.isArray(fields.errorLabels) ? fields.errorLabels.filter(label => identifier(label) !== undefined) : [];
}

/** Node's own code for what happened to the socket or the look-up (`ECONNREFUSED`), from the nearest cause that has one. */
function systemCodeOf(error: unknown): string | undefined {
  let at = error;
  for (let depth = 0; depth < 6 && at !== undefined; depth += 1) {
    const fields = fieldsOf(at);
    if (typeof fields.code === 'string' && /^[A-Z][A-Z0-9_]{2,63}$/.test(fields.code)) return fields.code;
    at = fields.cause;
  }
  return undefined;
}

function fromCode(code: number, codeName: unknown, labels: readonly string[]): Failure {
  const row = CODES.get(code);
  let kind: FailureKind = row?.kind ?? 'unknown';
  if (RETRYABLE_LABELS.some(label => labels.includes(label)) && (kind === 'unknown' || kind === 'poison'))
    kind = 'retry';
  if (labels.includes('SystemOverloadedError')) kind = 'overloaded';
  return {
    kind,
    words: `${row?.name ?? identifier(codeName) ?? 'server error'} (${code})`,
    code,
    labels,
    ...(row?.remedy !== undefined && { remedy: row.remedy }),
  };
}

/** What a failed call means as a whole: of a connection, an index, or an insert that named no document. */
export function classifyFailure(error: unknown): Failure {
  const outer = fieldsOf(error);
  // A bulk error wraps whatever happened after the documents were built: the error itself, or the server's reply.
  const inner = outer.errorResponse instanceof Error ? fieldsOf(outer.errorResponse) : outer;
  const labels = labelsOf(outer);
  const name = identifier(inner.name) ?? 'Error';
  const systemCode = systemCodeOf(inner);
  const words = systemCode === undefined ? name : `${name} (${systemCode})`;
  // First, because an error of server selection carries the code of whatever a server answered last.
  const row = DRIVER_ERRORS[name];
  if (row !== undefined) return { ...row, words, labels };
  if (typeof inner.code === 'number') return fromCode(inner.code, inner.codeName, labels);
  if (RETRYABLE_LABELS.some(label => labels.includes(label))) return { kind: 'retry', words, labels };
  // Look-ups and sockets name the system call that failed; anything else not of the driver was thrown by a document.
  if (!name.startsWith('Mongo')) return { kind: 'syscall' in inner ? 'retry' : 'build', words, labels };
  return { kind: 'unknown', words, labels };
}

/** The index that a duplicate key was found in. Key values are cut off first: a client can write `index: _id_` into them. */
function duplicatedIndex(errmsg: string): string | undefined {
  const [beforeValues = ''] = errmsg.split(' dup key: ', 1);
  return / index: (\S+)/.exec(beforeValues)?.[1];
}

/** What the refusal of one document means. */
export function classifyDocument(code: number, errmsg = ''): Failure {
  if (code !== 11000) return fromCode(code, undefined, []);
  const index = duplicatedIndex(errmsg);
  // A clustered collection has no index on `_id` to name.
  const isOnId = index === undefined ? / dup key: \{ _id: /.test(errmsg) : index === '_id_';
  if (isOnId) return { kind: 'delivered', words: 'DuplicateKey (11000) on _id', code, labels: [] };
  return { kind: 'poison', words: 'DuplicateKey (11000) in a unique index other than that of _id', code, labels: [] };
}

function isBulkResult(value: unknown): value is BulkResult {
  return typeof (value as Partial<BulkResult> | undefined)?.getWriteErrors === 'function';
}

/** Takes apart what a call of `insertMany` rejected with. */
export function readFailedInsert(error: unknown): FailedInsert {
  const fields = fieldsOf(error);
  const { result } = fields;
  if (!isBulkResult(result)) return { command: classifyFailure(error), isIncomplete: true, documents: new Map() };

  // `error.writeErrors` is empty after a network error even if an earlier part of the call had some.
  const documents = new Map(
    result.getWriteErrors().map(({ index, code, errmsg }) => [index, classifyDocument(code, errmsg)]),
  );
  const concern = result.getWriteConcernError();
  if (concern !== undefined) {
    const failure = fromCode(concern.code ?? 64, undefined, labelsOf(fields));
    const isRetry = failure.kind !== 'poison' && failure.kind !== 'unknown';
    // Whatever its code, it is about confirmation and says nothing against a document.
    const command: Failure = isRetry ? failure : { ...failure, kind: 'retry' };
    return {
      command: { ...command, words: `written, but not confirmed: ${command.words}` },
      isIncomplete: false,
      documents,
    };
  }
  const refusedDocuments = [fields.writeErrors].flat().length > 0 && documents.size > 0;
  if (refusedDocuments) return { isIncomplete: false, documents };
  return { command: classifyFailure(error), isIncomplete: true, documents };
}

/** What delivery should know of it. */
export function sinkFailureKind(kind: FailureKind): SinkFailureKind {
  if (kind === 'overloaded') return 'overloaded';
  // A full disk too goes away only when somebody frees it.
  return kind === 'config' || kind === 'slow-retry' ? 'configuration' : 'transient';
}

/** The least wait before the next attempt, in milliseconds, where the usual backoff would be too eager. */
export function retryAfterMs(kind: FailureKind): number | undefined {
  if (kind === 'config' || kind === 'slow-retry') return 30_000;
  if (kind === 'unknown') return 10_000;
  if (kind === 'overloaded') return 2_000;
  return undefined;
}
