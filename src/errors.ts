import { types } from 'node:util';

/**
 * What went wrong, as a literal to switch on. Thrown are `OPTION_…`, `DECORATOR_INVALID` and `DRIVER_MISSING` at start-up,
 * `REVEAL_…` by `logging.reveal`, `HASH_KEY_MISSING` by `logging.hash`, `LEAK_FOUND` and `SINK_NOT_CONFORMANT` by the test
 * kits. The rest, and `HASH_KEY_MISSING` of a record, goes to `onError`.
 */
export type LoggingErrorCode =
  | 'OPTION_UNKNOWN'
  | 'OPTION_INVALID'
  | 'DECORATOR_INVALID'
  | 'DEFAULT_ERROR_HANDLER'
  | 'LATE_SETUP'
  | 'INHERITED_PARAMETERS'
  | 'UNTYPED_BODY'
  | 'HOOK_FAILED'
  | 'ERROR_HANDLER_FAILED'
  | 'CAPTURE_FAILED'
  | 'REDACTION_FAILED'
  | 'HASH_KEY_MISSING'
  | 'ENCRYPTION_KEY_MISSING'
  | 'REVEAL_PATH_UNKNOWN'
  | 'REVEAL_NOT_ENCRYPTED'
  | 'REVEAL_KEY_UNKNOWN'
  | 'REVEAL_REFUSED'
  | 'RECORDS_DROPPED'
  | 'LOAD_SHED'
  | 'WORKER_FAILED'
  | 'SINK_OPEN_FAILED'
  | 'SINK_WRITE_FAILED'
  | 'SINK_CLOSE_FAILED'
  | 'SINK_PAUSED'
  | 'SINK_RECOVERED'
  | 'SPOOL_FAILED'
  | 'SPOOL_USED'
  | 'ROTATION_FAILED'
  | 'INDEX_FAILED'
  | 'COLLECTION_LIMITED'
  | 'DRIVER_MISSING'
  | 'DEAD_LETTER_FAILED'
  | 'LEAK_FOUND'
  | 'SINK_NOT_CONFORMANT';

/**
 * The one error type of this package. Its message names the thing that is wrong and how to put it right, and never
 * quotes request data or connection strings.
 */
export class LoggingError<Code extends LoggingErrorCode = LoggingErrorCode> extends Error {
  override readonly name: string = 'LoggingError';

  constructor(
    readonly code: Code,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A record that a sink can never take, by its place in the batch. */
export interface RejectedRecord {
  /** Place in the batch that was given to `write`, from 0. */
  readonly index: number;
  /** Why, in words that quote nothing of the record. */
  readonly reason: string;
}

/**
 * What keeps a sink from storing a batch that it may store later:
 * - `transient`: something that passes by itself, such as a lost connection;
 * - `overloaded`: the destination asks for less at a time; batches are halved and grow again with each success;
 * - `configuration`: nothing is stored until a person changes something (a wrong password, a missing role or folder);
 *   the sink is tried rarely, and its message, which should name the remedy, is reported.
 */
export type SinkFailureKind = 'transient' | 'overloaded' | 'configuration';

/** What a {@link SinkError} says besides its message. */
export interface SinkErrorOptions {
  /** Whether the same batch may succeed later. */
  readonly retryable: boolean;
  /** What is in the way, of a batch that may succeed later. @defaultValue 'transient' */
  readonly kind?: SinkFailureKind;
  /** Least wait before the next attempt, in milliseconds. @defaultValue what the lane's backoff says */
  readonly retryAfterMs?: number;
  /** Records of the batch that must not be tried again. @defaultValue [] */
  readonly rejected?: readonly RejectedRecord[];
  /** For debuggers; never printed or recorded. */
  readonly cause?: unknown;
}

/**
 * How a sink says that a batch was not written.
 *
 * @example
 * throw new SinkError('The server answered 503.', { retryable: true, retryAfterMs: 2_000 });
 * throw new SinkError('The server answered 429.', { retryable: true, kind: 'overloaded' });
 */
export class SinkError extends Error {
  override readonly name = 'SinkError';
  /**
   * Whether the same batch may succeed later. After `false` it is written in halves, until the records that are refused
   * alone are left; those are dropped, counted as `rejected`.
   */
  readonly retryable: boolean;
  /** What is in the way, of a batch that may succeed later. */
  readonly kind: SinkFailureKind;
  /** Least wait before the next attempt, in milliseconds, when the destination named one. */
  readonly retryAfterMs: number | undefined;
  /** Records of the batch that must not be tried again. */
  readonly rejected: readonly RejectedRecord[];

  constructor(message: string, options: SinkErrorOptions) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.retryable = options.retryable;
    this.kind = options.kind ?? 'transient';
    this.retryAfterMs = options.retryAfterMs;
    this.rejected = options.rejected ?? [];
  }
}

/** Under Jest the errors of Node itself belong to another realm, and `instanceof` does not know them. */
export function isError(error: unknown): error is Error {
  return error instanceof Error || types.isNativeError(error);
}

/** By its shape too: a sink from another package may have been built against another copy of this one. */
export function isSinkError(error: unknown): error is SinkError {
  return error instanceof SinkError || (isError(error) && error.name === 'SinkError' && 'retryable' in error);
}

/** Takes what went wrong at run time; never throws. */
export type Report = (error: LoggingError) => void;
