import type { AnyRecord } from '../record/log-record';
import type { DeliveryOptions } from './delivery-options';

/** A record on its way. One object serves all lanes. */
export interface QueuedRecord {
  readonly record: AnyRecord;
  /** Estimated, see `estimateRecordBytes`. */
  readonly bytes: number;
  /** Place in the order of arrival, from 1. */
  readonly sequence: number;
  /** By the clock's `now()`. */
  readonly pushedAt: number;
}

/** Slots before the first waiting record that are worth moving the others for. */
const COMPACT_AFTER = 1_024;

/** Waiting records, first in, first out, bounded by count and by bytes. */
export class RecordQueue {
  #slots: (QueuedRecord | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(private readonly limits: Required<DeliveryOptions>) {}

  get length(): number {
    return this.#slots.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): QueuedRecord | undefined {
    return this.#slots[this.#head];
  }

  get newest(): QueuedRecord | undefined {
    return this.#slots.at(-1);
  }

  get holdsFullBatch(): boolean {
    return this.length >= this.limits.maxBatchRecords || this.#bytes >= this.limits.maxBatchBytes;
  }

  /** Adds a record. Returns how many had to go for it, or 1 when it was itself refused. */
  add(added: QueuedRecord): number {
    const { overflow, maxQueueBytes } = this.limits;
    let dropped = 0;
    if (!this.#hasRoomFor(added)) {
      // Emptying the queue for a record that would not even fit alone only loses more.
      if (overflow === 'drop-newest' || added.bytes > maxQueueBytes) return 1;
      do {
        this.#shift();
        dropped++;
      } while (!this.#hasRoomFor(added));
    }
    this.#slots.push(added);
    this.#bytes += added.bytes;
    return dropped;
  }

  /** Removes the next batch: as many records as the limits of a batch allow, and at least one if there is any. */
  takeBatch(): QueuedRecord[] {
    const { maxBatchRecords, maxBatchBytes } = this.limits;
    const batch: QueuedRecord[] = [];
    let bytes = 0;
    while (this.oldest && batch.length < maxBatchRecords) {
      bytes += this.oldest.bytes;
      if (bytes > maxBatchBytes && batch.length > 0) break;
      batch.push(this.#shift());
    }
    return batch;
  }

  clear(): void {
    this.#slots = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  #hasRoomFor(added: QueuedRecord): boolean {
    const { maxQueueRecords, maxQueueBytes } = this.limits;
    return this.length < maxQueueRecords && this.#bytes + added.bytes <= maxQueueBytes;
  }

  #shift(): QueuedRecord {
    const first = this.#slots[this.#head]!;
    // Cleared at once, so that a delivered record is not held until the next compaction.
    this.#slots[this.#head++] = undefined;
    this.#bytes -= first.bytes;
    // Each slot is moved at most once for every slot that was freed before it: constant cost per record.
    if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    return first;
  }
}
