import type { AnyRecord } from '../record/log-record';
import type { PackedRecord } from '../record/packed-record';
import type { Sink } from './sink';

/** Says of a sink that it writes the text of records and reads none of their parts: it is spared making them. */
export const TAKES_PACKED = Symbol('logged-controllers: takes packed records');

/** Batches are small because it takes time to build each record; text is there already. */
const BATCHES_OF_TEXT = 10;

/** Most batches that one write may hold. A queue that has grown is worked off in fewer turns of an event loop that is late. */
export function batchesInOneWrite(isPacked: boolean): number {
  return isPacked ? BATCHES_OF_TEXT : 1;
}

/** The records as this sink takes them. Others get objects of their own, with which they may do what they like. */
export function batchFor(sink: Sink, records: readonly PackedRecord[]): readonly AnyRecord[] {
  // What the sink declares is not in the type of `write`, which is everybody's.
  return takesPacked(sink)
    ? (records as readonly unknown[] as readonly AnyRecord[])
    : records.map(record => record.unpack());
}

export function takesPacked(sink: Sink): boolean {
  return (sink as { readonly [TAKES_PACKED]?: boolean })[TAKES_PACKED] === true;
}
