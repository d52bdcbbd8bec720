import type { PackedRecord } from '../record/packed-record';
import type { SpoolPlace } from './spool/record-spool';

/** A record on its way. Without a spool one object serves all lanes. */
export interface QueuedRecord {
  readonly record: PackedRecord;
  /** Place in the order of arrival, from 1; 0 for what an earlier process left. */
  readonly sequence: number;
  /** By the clock's `now()`, in whole milliseconds: with a fraction it would be an object of its own. */
  readonly pushedAt: number;
  /** Where it lies in the lane's spool, if it does. */
  readonly place?: SpoolPlace;
}
