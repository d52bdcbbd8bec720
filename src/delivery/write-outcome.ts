import { types } from 'node:util';
import { SinkError, type RejectedRecord } from '../errors';
import type { WriteResult } from '../sinks/sink';
import type { Settled } from './sink-call';

/** What a write means for the records of its batch. */
export interface WriteOutcome {
  /** Places in the batch of the records that must not be tried again. */
  readonly rejected: ReadonlySet<number>;
  /** Why the first of them was rejected. */
  readonly rejectedBecause: string;
  /** How many rejections named no record of the batch: a fault of the sink. */
  readonly misplaced: number;
  /** Why the records that were not rejected must be written again; `null` when they are stored. */
  readonly failure: string | null;
  /** Least wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number;
}

// A destination that asks for more may have meant seconds, and whoever repairs it should not have to restart us.
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const LONGEST_REASON = 500;

/** Reads how a write ended. Whatever a sink answers or throws, the result is well-formed. */
export function readWriteOutcome(write: Settled<void | WriteResult>, batchLength: number): WriteOutcome {
  try {
    if (write.ok) {
      const rejections = readRejections(write.value?.rejected, batchLength);
      return { ...rejections, failure: null, retryAfterMs: 0 };
    }
    const failure = describeFailure(write.error);
    if (!isSinkError(write.error)) return retryAll(failure);
    if (!write.error.retryable) {
      const rejected = new Set(Array.from({ length: batchLength }, (_, index) => index));
      return { rejected, rejectedBecause: failure, misplaced: 0, failure: null, retryAfterMs: 0 };
    }
    const rejections = readRejections(write.error.rejected, batchLength);
    return { ...rejections, failure, retryAfterMs: readRetryAfter(write.error.retryAfterMs) };
  } catch {
    // Only an answer with throwing accessors leads here. What it would have said is unknown, so nothing counts as stored.
    return retryAll('its answer could not be read');
  }
}

/** The sink's own words, without a full stop. Sinks keep request data and connection strings out of theirs. */
export function describeFailure(error: unknown): string {
  try {
    // Nothing of a value that is not an error is quoted: nobody wrote it to be read.
    if (!isError(error)) return 'something was thrown that is not an error';
    const message: unknown = error.message;
    return asReason(typeof message === 'string' && message !== '' ? message : `${error.name} without a message`);
  } catch {
    return 'an error that cannot be read';
  }
}

function retryAll(failure: string): WriteOutcome {
  return { rejected: new Set(), rejectedBecause: '', misplaced: 0, failure, retryAfterMs: 0 };
}

// Under Jest the errors of Node itself belong to another realm, and `instanceof` does not know them.
function isError(error: unknown): error is Error {
  return error instanceof Error || types.isNativeError(error);
}

// By shape too: a sink from another package may have been built against another copy of this one.
function isSinkError(error: unknown): error is SinkError {
  return error instanceof SinkError || (isError(error) && error.name === 'SinkError' && 'retryable' in error);
}

/** A place that is listed twice is still one record. */
function readRejections(
  listed: unknown,
  batchLength: number,
): Pick<WriteOutcome, 'rejected' | 'rejectedBecause' | 'misplaced'> {
  const rejected = new Set<number>();
  let rejectedBecause = '';
  let misplaced = 0;
  for (const rejection of Array.isArray(listed) ? (listed as (Partial<RejectedRecord> | null)[]) : []) {
    const index = rejection?.index;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= batchLength) {
      misplaced++;
      continue;
    }
    if (rejected.size === 0 && typeof rejection?.reason === 'string') rejectedBecause = asReason(rejection.reason);
    rejected.add(index);
  }
  return { rejected, rejectedBecause: rejectedBecause || 'the sink gave no reason', misplaced };
}

function readRetryAfter(retryAfterMs: unknown): number {
  if (typeof retryAfterMs !== 'number' || !(retryAfterMs > 0)) return 0;
  return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
}

function asReason(text: string): string {
  return text.slice(0, LONGEST_REASON).replace(/\.$/, '');
}
