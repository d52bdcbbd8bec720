import type { ResolvedDeliveryOptions } from './delivery-options';
import type { QueuedRecord } from './queued-record';
import { RecordList } from './record-list';

type QueueLimits = Pick<
  ResolvedDeliveryOptions,
  'maxBatchRecords' | 'maxBatchBytes' | 'maxQueueRecords' | 'maxQueueBytes' | 'overflow'
>;

/**
 * Waiting records, first in, first out, bounded by count and by bytes. When it is full, those of level `info` go before
 * warnings and errors.
 */
export class RecordQueue {
  readonly #ordinary = new RecordList();
  readonly #important = new RecordList();

  constructor(private readonly limits: QueueLimits) {}

  get length(): number {
    return this.#ordinary.length + this.#important.length;
  }

  get bytes(): number {
    return this.#ordinary.bytes + this.#important.bytes;
  }

  get oldest(): QueuedRecord | undefined {
    return this.#oldestList.first;
  }

  get newest(): QueuedRecord | undefined {
    const { last: ordinary } = this.#ordinary;
    const { last: important } = this.#important;
    return !ordinary || (important && important.sequence > ordinary.sequence) ? important : ordinary;
  }

  get holdsFullBatch(): boolean {
    return this.length >= this.limits.maxBatchRecords || this.bytes >= this.limits.maxBatchBytes;
  }

  /** Whether records or bytes are more than this share of their limit, and more than a batch. */
  isFilledTo(share: number): boolean {
    const { maxQueueRecords, maxQueueBytes } = this.limits;
    return this.holdsFullBatch && (this.length > share * maxQueueRecords || this.bytes > share * maxQueueBytes);
  }

  hasRoomFor({ record: { bytes } }: QueuedRecord): boolean {
    const { maxQueueRecords, maxQueueBytes } = this.limits;
    return this.length < maxQueueRecords && this.bytes + bytes <= maxQueueBytes;
  }

  /** Adds a record. Returns those that had to go for it, or itself when it was refused. */
  add(added: QueuedRecord): readonly QueuedRecord[] {
    if (!this.#canMakeRoomFor(added)) return [added];
    const dropped: QueuedRecord[] = [];
    while (!this.hasRoomFor(added)) dropped.push(this.#takeVictim());
    this.restore([added]);
    return dropped;
  }

  /** Adds records for which room was made elsewhere, whatever the limits. */
  restore(entries: readonly QueuedRecord[]): void {
    for (const entry of entries) (isImportant(entry) ? this.#important : this.#ordinary).push(entry);
  }

  /**
   * Removes the next batch: as many records of one kind as the limits of so many batches allow, and at least one if there is
   * any.
   */
  takeBatch(batches = 1): QueuedRecord[] {
    const maxRecords = batches * this.limits.maxBatchRecords;
    const maxBytes = batches * this.limits.maxBatchBytes;
    const batch: QueuedRecord[] = [];
    let bytes = 0;
    for (let next = this.oldest; next && batch.length < maxRecords; next = this.oldest) {
      bytes += next.record.bytes;
      if (batch[0] && (bytes > maxBytes || batch[0].record.kind !== next.record.kind)) break;
      batch.push(this.takeOldest());
    }
    return batch;
  }

  /** Removes the oldest, of at least one. */
  takeOldest(): QueuedRecord {
    return this.#oldestList.shift();
  }

  /** Removes all, oldest first. */
  takeAll(): QueuedRecord[] {
    const all: QueuedRecord[] = [];
    while (this.oldest) all.push(this.takeOldest());
    return all;
  }

  get #oldestList(): RecordList {
    const { first: ordinary } = this.#ordinary;
    const { first: important } = this.#important;
    return !important || (ordinary && ordinary.sequence <= important.sequence) ? this.#ordinary : this.#important;
  }

  /** Emptying the queue for a record that would still not fit only loses more. */
  #canMakeRoomFor(added: QueuedRecord): boolean {
    const { overflow, maxQueueBytes, maxQueueRecords } = this.limits;
    const { bytes } = added.record;
    if (bytes > maxQueueBytes) return false;
    if (this.hasRoomFor(added)) return true;
    const isOldestToGo = overflow === 'drop-oldest';
    if (isImportant(added) && isOldestToGo) return true;
    const fitsBesideImportant =
      this.#important.length < maxQueueRecords && this.#important.bytes + bytes <= maxQueueBytes;
    return fitsBesideImportant && (isImportant(added) || isOldestToGo);
  }

  #takeVictim(): QueuedRecord {
    if (this.#ordinary.length === 0) return this.#important.shift();
    return this.limits.overflow === 'drop-oldest' ? this.#ordinary.shift() : this.#ordinary.pop();
  }
}

function isImportant({ record }: QueuedRecord): boolean {
  return record.level !== 'info';
}
