import { expect } from 'chai';
import type { OpenSpool } from '../../src/delivery/lane-spool';
import type { RecordSpool, SpooledRecord, SpoolPlace, SpoolRefusal } from '../../src/delivery/spool/record-spool';
import type { SpoolHooks } from '../../src/delivery/spool/spool-hooks';
import type { PackedRecord } from '../../src/record/packed-record';

interface DiskRecord {
  readonly record: PackedRecord;
  readonly place: SpoolPlace;
  isWritten: boolean;
  isSettled: boolean;
  isDamaged: boolean;
}

/** A disk in memory that outlives the spools on it, and fails when told. One spool at a time. */
export class MemoryDisk {
  records: DiskRecord[] = [];
  maxRecords = Infinity;
  /** Refuses all writes. */
  isFailing = false;
  /** Fails the next opening. */
  isMissing = false;
  spool: MemorySpool | null = null;
  #opened = 0;

  readonly open: OpenSpool = async (_sinkName, hooks) => {
    await Promise.resolve();
    if (this.isMissing) throw new Error('the folder cannot be made (ENOENT)');
    this.spool = new MemorySpool(this, hooks, ++this.#opened);
    return this.spool;
  };

  get unsettled(): PackedRecord[] {
    return this.records.filter(({ isSettled }) => !isSettled).map(({ record }) => record);
  }

  /** The process dies: what was not written is gone. */
  crash(): void {
    this.records = this.records.filter(({ isWritten }) => isWritten);
    this.spool = null;
  }

  /** Destroys the first so many records that are not settled. */
  damage(count: number): void {
    for (const record of this.records.filter(({ isSettled }) => !isSettled).slice(0, count)) record.isDamaged = true;
  }
}

/** Does what the contract of a spool says, at once or a moment later. */
class MemorySpool implements RecordSpool {
  isClosed = false;
  /** Behind the cursor. */
  #unread: DiskRecord[];
  #index = 0;
  #isWorking = true;

  constructor(
    private readonly disk: MemoryDisk,
    private readonly hooks: SpoolHooks,
    private readonly segment: number,
  ) {
    const found = disk.records.filter(({ isSettled }) => !isSettled);
    const damaged = found.filter(({ isDamaged }) => isDamaged);
    for (const record of damaged) record.isSettled = true;
    this.#unread = found.filter(({ isDamaged }) => !isDamaged);
    if (this.#unread.length > 0) hooks.onRecovered(this.#unread.length);
    if (damaged.length > 0) hooks.onDamage({ records: damaged.length, reason: 'they are damaged' });
  }

  get unread(): number {
    return this.#unread.length;
  }

  get bytes(): number {
    return this.disk.unsettled.length * 100;
  }

  append(record: PackedRecord, isHeld: boolean): SpoolPlace | SpoolRefusal {
    expect(this.isClosed, 'appended to a closed spool').to.equal(false);
    if (isHeld) expect(this.unread, 'unread, when a held record is appended').to.equal(0);
    if (!this.#isWorking && !this.disk.isFailing) this.#become(true);
    if (!this.#isWorking) return 'failing';
    if (this.disk.unsettled.length >= this.disk.maxRecords) return 'full';
    const place = { segment: this.segment, index: this.#index++ };
    const added = { record, place, isWritten: false, isSettled: false, isDamaged: false };
    this.disk.records.push(added);
    if (!isHeld) this.#unread.push(added);
    return place;
  }

  async commit(): Promise<void> {
    await Promise.resolve();
    this.flushSync();
  }

  async read({ maxRecords }: { readonly maxRecords: number }): Promise<readonly SpooledRecord[]> {
    expect(this.isClosed, 'read from a closed spool').to.equal(false);
    await Promise.resolve();
    const taken = this.#unread.splice(0, maxRecords);
    const damaged = taken.filter(({ isDamaged }) => isDamaged);
    for (const record of damaged) record.isSettled = true;
    if (damaged.length > 0) this.hooks.onDamage({ records: damaged.length, reason: 'they are damaged' });
    await Promise.resolve();
    return taken.filter(({ isDamaged }) => !isDamaged).map(({ record, place }) => ({ record, place, bytes: 100 }));
  }

  settle(places: Iterable<SpoolPlace>): void {
    for (const { segment, index } of places) {
      const found = this.disk.records.find(({ place }) => place.segment === segment && place.index === index);
      expect(found, 'a settled record').not.to.equal(undefined);
      expect(found!.isSettled, 'settled before').to.equal(false);
      found!.isSettled = true;
    }
  }

  flushSync(): void {
    const waiting = this.disk.records.filter(({ isWritten }) => !isWritten);
    if (!this.disk.isFailing) {
      for (const record of waiting) record.isWritten = true;
      return;
    }
    if (this.#isWorking) this.#become(false);
    this.disk.records = this.disk.records.filter(({ isWritten }) => isWritten);
    const refused = waiting
      .filter(({ isSettled }) => !isSettled)
      .map(entry => ({ place: entry.place, record: this.#unread.includes(entry) ? (entry.record as never) : null }));
    this.#unread = this.#unread.filter(({ isWritten }) => isWritten);
    if (refused.length > 0) this.hooks.onRefused(refused);
  }

  async close(): Promise<void> {
    this.flushSync();
    await Promise.resolve();
    this.isClosed = true;
    if (this.disk.spool === this) this.disk.spool = null;
  }

  #become(isWorking: boolean): void {
    this.#isWorking = isWorking;
    this.hooks.onState(isWorking ? { name: 'working' } : { name: 'failing', reason: 'the disk is full (ENOSPC)' });
  }
}
