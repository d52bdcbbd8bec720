import { isError, isSinkError, type RejectedRecord, type SinkFailureKind } from '../errors';
import type { WriteResult } from '../sinks/sink';
import type { Settled } from './sink-call';

/** What a write means for the records of its batch. */
export interface WriteOutcome {
  /** The records that must not be tried again: why, by their place in the batch. */
  readonly rejected: ReadonlyMap<number, string>;
  /** How many rejections named no record of the batch: a fault of the sink. */
  readonly misplaced: number;
  /** Why the sink refuses the batch as it is, for good; `null` unless it does. */
  readonly refusal: string | null;
  /** Why the records that were not rejected must be written again later; `null` when they are stored, or refused. */
  readonly failure: string | null;
  /** What kind of failure that is. */
  readonly kind: SinkFailureKind;
  /** Whether the sink knew what it was saying: a `SinkError`, and not whatever was thrown. */
  readonly isDeliberate: boolean;
  /** Least wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number;
}

// A destination that asks for more may have meant seconds, and whoever repairs it should not have to restart us.
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const LONGEST_REASON = 500;

const NOTHING_SAID: WriteOutcome = {
  rejected: new Map(),
  misplaced: 0,
  refusal: null,
  failure: null,
  kind: 'transient',
  isDeliberate: false,
  retryAfterMs: 0,
};

/** Reads how a write ended. Whatever a sink answers or throws, the result is well-formed. */
export function readWriteOutcome(write: Settled<void | WriteResult>, batchLength: number): WriteOutcome {
  try {
    if (write.ok) {
      const rejections = readRejections(write.value?.rejected, batchLength);
      return { ...NOTHING_SAID, ...rejections, isDeliberate: true };
    }
    const failure = describeFailure(write.error);
    if (!isSinkError(write.error)) return { ...NOTHING_SAID, failure };
    const { error } = write;
    const said = { ...NOTHING_SAID, ...readRejections(error.rejected, batchLength), isDeliberate: true };
    if (!error.retryable) return { ...said, refusal: failure };
    return { ...said, failure, kind: readKind(error.kind), retryAfterMs: readRetryAfter(error.retryAfterMs) };
  } catch {
    // Only an answer with throwing accessors leads here. What it would have said is unknown, so nothing counts as stored.
    return { ...NOTHING_SAID, failure: 'its answer could not be read' };
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

/** A place that is listed twice is still one record. */
function readRejections(listed: unknown, batchLength: number): Pick<WriteOutcome, 'rejected' | 'misplaced'> {
  const rejected = new Map<number, string>();
  let misplaced = 0;
  for (const rejection of Array.isArray(listed) ? (listed as (Partial<RejectedRecord> | null)[]) : []) {
    const index = rejection?.index;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= batchLength) {
      misplaced++;
    } else if (!rejected.has(index)) {
      const reason = typeof rejection?.reason === 'string' ? asReason(rejection.reason) : '';
      rejected.set(index, reason || 'the sink gave no reason');
    }
  }
  return { rejected, misplaced };
}

function readKind(kind: unknown): SinkFailureKind {
  return kind === 'overloaded' || kind === 'configuration' ? kind : 'transient';
}

function readRetryAfter(retryAfterMs: unknown): number {
  if (typeof retryAfterMs !== 'number' || !(retryAfterMs > 0)) return 0;
  return Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
}

function asReason(text: string): string {
  return text.slice(0, LONGEST_REASON).replace(/\.$/, '');
}
