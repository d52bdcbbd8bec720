import type { PackedRecord } from '../../record/packed-record';

/** Where a record lies in a spool. Its order is the order of arrival. */
export interface SpoolPlace {
  readonly segment: number;
  /** From 0, within the segment. */
  readonly index: number;
}

/** A record that was read back. */
export interface SpooledRecord {
  readonly record: PackedRecord;
  readonly place: SpoolPlace;
  /** Its size on the disk. */
  readonly bytes: number;
}

/** Why a record was not taken: the spool holds `maxBytes`, or the disk refuses it. */
export type SpoolRefusal = 'full' | 'failing';

/** Records found in a spool that nobody can read any more; each is counted as lost. */
export interface SpoolDamage {
  readonly records: number;
  /** In words that quote nothing of a record. */
  readonly reason: string;
}

/**
 * Records of one lane on the disk, first in, first out. A cursor parts those that the lane holds in memory (before it)
 * from those that lie on the disk alone (behind it). What is settled is never seen again; all else is, also after a crash.
 */
export interface RecordSpool {
  /**
   * Takes a record; never throws and never waits. It is written within the commit window. `isHeld` says
   * that the lane keeps it in memory too: allowed only while `unread` is 0, and moves the cursor past it.
   */
  append(record: PackedRecord, isHeld: boolean): SpoolPlace | SpoolRefusal;
  /** Resolves when all that was appended is on the disk, or the disk has refused it. Never rejects. */
  commit(): Promise<void>;
  /**
   * The next records behind the cursor, oldest first, which it moves past them. Empty when there are none, and while the
   * disk cannot be read: `unread` tells which. Never rejects.
   */
  read(limits: { readonly maxRecords: number; readonly maxBytes: number }): Promise<readonly SpooledRecord[]>;
  /** These records have found their end, delivered or dropped. */
  settle(places: Iterable<SpoolPlace>): void;
  /** Writes what is not on the disk yet, and the progress, before it returns: for the last moment of a process. */
  flushSync(): void;
  /** Records behind the cursor. */
  readonly unread: number;
  /** Bytes on the disk, or on the way there, that are not settled. */
  readonly bytes: number;
  /** Writes the progress and gives the directory free. Never rejects. */
  close(): Promise<void>;
}
