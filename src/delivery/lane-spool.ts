import type { PackedRecord } from '../record/packed-record';
import type { QueuedRecord } from './queued-record';
import { SequenceRuns } from './sequence-runs';
import type { RecordSpool, SpoolDamage, SpoolPlace, SpoolRefusal } from './spool/record-spool';
import type { RefusedRecord, SpoolHooks, SpoolState } from './spool/spool-hooks';
import type { SpoolMode } from './spool/spool-options';

/** Opens the spool of one sink. */
export type OpenSpool = (sinkName: string, hooks: SpoolHooks) => Promise<RecordSpool>;

/** What a lane hears from its spool. */
export interface LaneSpoolHooks {
  /** Records of earlier processes, which are now this lane's. */
  onRecovered(records: number): void;
  /** Records on the disk that nobody can read any more. */
  onDamage(records: number, reason: string): void;
  /** Records that the disk refused after they had been appended: in memory again, the newest of all. */
  onReturned(entries: readonly QueuedRecord[]): void;
  onState(state: SpoolState): void;
}

/**
 * A lane's records on the disk. Memory holds the older ones and the disk the newer ones, so that records stay in their
 * order: while any lies on the disk alone, all that come follow it there.
 */
export class LaneSpool {
  #spool: RecordSpool | null = null;
  /** Of the records that lie on the disk alone. */
  readonly #sequences = new SequenceRuns();
  /** Places that the disk has refused after all; whoever holds them must not settle them. */
  readonly #voidPlaces = new Set<string>();
  /** Records that are left to the next process and were in memory as well, by their place. */
  readonly #left = new Map<string, QueuedRecord>();
  #isReading = false;
  #damaged = 0;
  #damagedBecause = '';

  constructor(
    readonly mode: SpoolMode,
    private readonly hooks: LaneSpoolHooks,
  ) {}

  /** Records that lie on the disk alone. */
  get records(): number {
    return this.#sequences.length + this.#left.size;
  }

  get bytes(): number {
    return this.#spool?.bytes ?? 0;
  }

  /** The sequence of the oldest record that lies on the disk alone. */
  get oldestSequence(): number | undefined {
    return this.#sequences.first;
  }

  get isOpen(): boolean {
    return this.#spool !== null;
  }

  /** Rejects when it cannot be opened; the lane then goes on without it. */
  async open(sinkName: string, openSpool: OpenSpool): Promise<void> {
    this.#spool = await openSpool(sinkName, {
      onRecovered: records => {
        this.#sequences.unshiftZeros(records);
        this.hooks.onRecovered(records);
      },
      onDamage: damage => this.#noteDamage(damage),
      onRefused: refused => this.#takeBack(refused),
      onState: state => this.hooks.onState(state),
    });
    this.#reconcile();
  }

  /** Puts a record on the disk alone. Returns why not, if it was refused. */
  take(entry: QueuedRecord): SpoolRefusal | null {
    const place = this.#append(entry, false);
    if (typeof place === 'string') return place;
    this.#sequences.push(entry.sequence);
    return null;
  }

  /** Puts a record on the disk that stays in memory, where that is wanted. Returns the entry to keep. */
  hold(entry: QueuedRecord): QueuedRecord {
    if (this.mode !== 'always' || this.records > 0 || entry.place) return entry;
    const place = this.#append(entry, true);
    return typeof place === 'string' ? entry : { ...entry, place };
  }

  /** Reads the next records. At once when they are no longer counted here, they are handed over: nobody can look between. */
  async read(maxRecords: number, maxBytes: number, keep: (entries: readonly QueuedRecord[]) => void): Promise<void> {
    if (!this.#spool || this.records === 0) return;
    this.#isReading = true;
    const spooled = await this.#spool.read({ maxRecords, maxBytes });
    this.#isReading = false;
    const entries = spooled.map(({ record, place }) => ({ ...entryOf(record, this.#sequences.shift()), place }));
    keep(entries);
    this.#reconcile();
  }

  /** These records have found their end. */
  settle(entries: Iterable<QueuedRecord>): void {
    const places: SpoolPlace[] = [];
    for (const { place } of entries) {
      if (place && !this.#voidPlaces.delete(keyOf(place))) places.push(place);
    }
    if (places.length > 0) this.#spool?.settle(places);
  }

  /** Leaves records to the next process. Returns those that the spool refused, and why the last of them. */
  spill(entries: readonly QueuedRecord[]): {
    readonly refused: readonly QueuedRecord[];
    readonly because: SpoolRefusal | null;
  } {
    const refused: QueuedRecord[] = [];
    let because: SpoolRefusal | null = null;
    for (const entry of entries) {
      if (entry.place && !this.#voidPlaces.has(keyOf(entry.place))) {
        this.#left.set(keyOf(entry.place), entry);
        continue;
      }
      const refusal = this.take(entry);
      if (!refusal) continue;
      because = refusal;
      refused.push(entry);
    }
    return { refused, because };
  }

  async commit(): Promise<void> {
    await this.#spool?.commit();
  }

  flushSync(): void {
    this.#spool?.flushSync();
  }

  async close(): Promise<void> {
    const spool = this.#spool;
    await spool?.close();
    this.#spool = null;
  }

  #append(entry: QueuedRecord, isHeld: boolean): SpoolPlace | SpoolRefusal {
    return this.#spool?.append(entry.record, isHeld) ?? 'failing';
  }

  #takeBack(refused: readonly RefusedRecord[]): void {
    const held = refused.flatMap(({ place, record }) => (record === null ? [keyOf(place)] : []));
    for (const key of held) this.#voidPlaces.add(key);
    const left = held.flatMap(key => this.#left.get(key) ?? []);
    for (const key of held) this.#left.delete(key);
    const records = refused.flatMap(({ record }) => record ?? []);
    const sequences = this.#sequences.takeLast(records.length);
    const returned = [...left, ...records.map((record, index) => entryOf(record, sequences[index] ?? 0))];
    if (returned.length > 0) this.hooks.onReturned(returned);
  }

  #noteDamage({ records, reason }: SpoolDamage): void {
    this.#damaged += records;
    this.#damagedBecause = reason;
    this.#reconcile();
  }

  /**
   * Makes the count of records on the disk agree with the spool's own. What a damage takes away was counted if it was
   * readable when it was found, and was never counted if not; during a read the spool's count is not settled yet.
   */
  #reconcile(): void {
    if (!this.#spool || this.#isReading) return;
    const missing = Math.max(0, this.#sequences.length - this.#spool.unread);
    for (let index = 0; index < missing; index++) this.#sequences.shift();
    const lost = Math.max(missing, this.#damaged);
    if (lost === 0) return;
    const reason = this.#damagedBecause || 'they are not on the disk any more';
    this.#damaged = 0;
    this.#damagedBecause = '';
    if (lost > missing) this.hooks.onRecovered(lost - missing);
    this.hooks.onDamage(lost, reason);
  }
}

/** It has waited already, so it leaves as soon as it can. */
function entryOf(record: PackedRecord, sequence: number): QueuedRecord {
  return { record, sequence, pushedAt: -Infinity };
}

function keyOf({ segment, index }: SpoolPlace): string {
  return `${segment}:${index}`;
}
