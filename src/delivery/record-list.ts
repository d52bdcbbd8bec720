import type { QueuedRecord } from './queued-record';

/** Slots before the first record that are worth moving the others for. */
const COMPACT_AFTER = 1_024;

/** Records in the order in which they came, which leave at either end. */
export class RecordList {
  #slots: (QueuedRecord | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#slots.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): QueuedRecord | undefined {
    return this.#slots[this.#head];
  }

  get last(): QueuedRecord | undefined {
    return this.#slots.at(-1);
  }

  push(added: QueuedRecord): void {
    this.#slots.push(added);
    this.#bytes += added.record.bytes;
  }

  /** Takes the first one, of at least one. */
  shift(): QueuedRecord {
    const first = this.#slots[this.#head]!;
    // Cleared at once, so that a delivered record is not held until the next compaction.
    this.#slots[this.#head++] = undefined;
    this.#bytes -= first.record.bytes;
    // Each slot is moved at most once for every slot that was freed before it: constant cost per record.
    const isWorthIt = this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#slots.length;
    if (isWorthIt || this.length === 0) this.#compact();
    return first;
  }

  /** Takes the last one, of at least one. */
  pop(): QueuedRecord {
    const last = this.#slots.pop()!;
    this.#bytes -= last.record.bytes;
    if (this.length === 0) this.#compact();
    return last;
  }

  #compact(): void {
    this.#slots = this.#slots.slice(this.#head);
    this.#head = 0;
  }
}
