import { setImmediate } from 'node:timers/promises';
import type { IndexRange } from './index-ranges';
import { framesIn, readFrame, readSegmentHeader, SEGMENT_HEADER_BYTES } from './segment-format';

/** So many take about a millisecond; then the application has its turn. */
const FRAMES_AT_ONCE = 256;

/** What a segment of an earlier process holds. */
export interface SegmentScan {
  /** One more than the last index. */
  readonly records: number;
  /** Where its last whole frame ends. What follows was torn by a crash, or is damaged. */
  readonly end: number;
  /** Indices that cannot be read any more. */
  readonly damaged: readonly IndexRange[];
}

/** Finds all whole frames, also behind damage. `foreign` when another version, or something else, wrote the file. */
export async function scanSegment(bytes: Buffer): Promise<SegmentScan | 'foreign'> {
  const header = readSegmentHeader(bytes);
  if (header === 'foreign') return 'foreign';
  const damaged: IndexRange[] = [];
  let records = 0;
  let end = Math.min(SEGMENT_HEADER_BYTES, bytes.length);
  let seen = 0;
  for (const frame of framesIn(bytes, end)) {
    if (++seen % FRAMES_AT_ONCE === 0) await setImmediate();
    if (frame.index < records) continue;
    if (frame.index > records) damaged.push({ from: records, to: frame.index });
    records = frame.index + 1;
    end = frame.end;
  }
  // After a power failure a file can be longer than what was written to it, and then ends in zeros.
  const isTailEmpty = bytes.subarray(end).every(byte => byte === 0);
  // A header that nobody can read, and nothing below it that is known: not ours to judge.
  if (header === 'damaged' && records === 0 && !isTailEmpty) return 'foreign';
  if (!isTailEmpty && readFrame(bytes, end) === 'damaged') damaged.push({ from: records, to: ++records });
  return { records, end, damaged };
}
