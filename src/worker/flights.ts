import type { PackedRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';

/** Snapshots and records on their way to a worker, kept until it is done with them. */
export interface Flight {
  readonly snapshots: readonly Snapshot[];
  readonly records: readonly PackedRecord[];
  readonly bytes: number;
  /** Workers that ended while they had this in hand. */
  readonly crashes: number;
}

export function sizeOf({ snapshots, records }: Pick<Flight, 'snapshots' | 'records'>): number {
  return snapshots.length + records.length;
}

const MAX_BATCH = 64;
const MAX_BATCH_BYTES = 1024 ** 2;
const MAX_IN_FLIGHT_BYTES = 8 * 1024 ** 2;
// Headers, numbers and names of a snapshot; the texts of its bodies come on top.
const ENVELOPE_BYTES = 2_048;

export function bytesOf({ request, response }: Snapshot): number {
  return ENVELOPE_BYTES + bodyLength(request.body) + bodyLength(response.body);
}

function bodyLength(body: Snapshot['request']['body']): number {
  return body.kind === 'text' ? body.text.length : 0;
}

interface Waiting {
  readonly snapshot?: Snapshot;
  readonly record?: PackedRecord;
  readonly bytes: number;
}

/** What waits for the worker and what the worker has, first in, first out. */
export class Flights {
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** To be sent again, before all that waits. */
  #again: Flight[] = [];
  readonly #flying = new Map<number, Flight>();
  #flyingBytes = 0;
  #againBytes = 0;
  #lastNumber = 0;

  get bytes(): number {
    return this.#waitingBytes + this.#againBytes + this.#flyingBytes;
  }

  /** Snapshots and records that the worker has. */
  get flying(): number {
    return [...this.#flying.values()].reduce((sum, flight) => sum + sizeOf(flight), 0);
  }

  get holdsFullBatch(): boolean {
    return this.#waiting.length >= MAX_BATCH || this.#waitingBytes >= MAX_BATCH_BYTES;
  }

  addSnapshot(snapshot: Snapshot, bytes: number): void {
    this.#add({ snapshot, bytes });
  }

  addRecord(record: PackedRecord, bytes: number): void {
    this.#add({ record, bytes });
  }

  /** The next to send, which counts as sent; `undefined` when there is none, or the worker has enough. */
  depart(): { readonly number: number; readonly flight: Flight } | undefined {
    if (this.#flyingBytes >= MAX_IN_FLIGHT_BYTES) return undefined;
    const flight = this.shift();
    if (!flight) return undefined;
    const number = ++this.#lastNumber;
    this.#flying.set(number, flight);
    this.#flyingBytes += flight.bytes;
    return { number, flight };
  }

  /** The worker is done with it; `undefined` when it was somebody else's. */
  land(number: number): Flight | undefined {
    const flight = this.#flying.get(number);
    if (!flight) return undefined;
    this.#flying.delete(number);
    this.#flyingBytes -= flight.bytes;
    return flight;
  }

  /**
   * The worker has ended: what it had will be sent again. The first of it was being worked on, so a worker that ended
   * with it again gets its parts one by one, and a part that ends a worker alone is given up and returned.
   */
  comeBack(): Flight | undefined {
    const [first, ...others] = this.#flying.values();
    this.#flying.clear();
    this.#flyingBytes = 0;
    if (!first) return undefined;
    const suspect: Flight = { ...first, crashes: first.crashes + 1 };
    const isAlone = sizeOf(suspect) === 1;
    const isGivenUp = isAlone && suspect.crashes > 1;
    const parts = isGivenUp ? [] : suspect.crashes > 1 ? partsOf(suspect, 1) : [suspect];
    this.#again = [...parts, ...others, ...this.#again];
    this.#againBytes = this.#again.reduce((bytes, flight) => bytes + flight.bytes, 0);
    return isGivenUp ? suspect : undefined;
  }

  /** It could not be sent: its parts will be, each by itself. Returns `false` when there is only one. */
  divide(flight: Flight): boolean {
    if (sizeOf(flight) === 1) return false;
    this.#again = [...partsOf(flight, flight.crashes), ...this.#again];
    this.#againBytes += flight.bytes;
    return true;
  }

  /** Takes out the next of what has not been sent. */
  shift(): Flight | undefined {
    const again = this.#again.shift();
    if (again) {
      this.#againBytes -= again.bytes;
      return again;
    }
    if (this.#waiting.length === 0) return undefined;
    const snapshots: Snapshot[] = [];
    const records: PackedRecord[] = [];
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && count < MAX_BATCH && bytes < MAX_BATCH_BYTES) {
      const waiting = this.#waiting[count++]!;
      if (waiting.snapshot) snapshots.push(waiting.snapshot);
      if (waiting.record) records.push(waiting.record);
      bytes += waiting.bytes;
    }
    this.#waiting.splice(0, count);
    this.#waitingBytes -= bytes;
    return { snapshots, records, bytes, crashes: 0 };
  }

  #add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.bytes;
  }
}

function partsOf({ snapshots, records, bytes }: Flight, crashes: number): Flight[] {
  const share = bytes / (snapshots.length + records.length);
  return [
    ...snapshots.map(snapshot => ({ snapshots: [snapshot], records: [], bytes: share, crashes })),
    ...records.map(record => ({ snapshots: [], records: [record], bytes: share, crashes })),
  ];
}
