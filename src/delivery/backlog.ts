import type { Sink } from '../sinks/sink';
import { pause, type Clock } from './clock';
import type { ResolvedDeliveryOptions } from './delivery-options';
import type { LaneLedger } from './lane-ledger';
import type { LaneReports } from './lane-reports';
import { LaneSpool, type OpenSpool } from './lane-spool';
import type { DropReason } from './lane-stats';
import type { LaneWatch } from './lane-watch';
import { RecordQueue, type QueuedRecord } from './record-queue';
import { callSink } from './sink-call';
import { describeFailure } from './write-outcome';

export interface BacklogContext {
  readonly options: ResolvedDeliveryOptions;
  readonly clock: Clock;
  readonly ledger: LaneLedger;
  readonly reports: LaneReports;
  readonly watch: LaneWatch;
  /** `undefined` without a spool. */
  readonly openSpool: OpenSpool | undefined;
  /** Called when records have come or gone without having been asked for. */
  readonly onChange: () => void;
}

// While the sink is down, more than this share of the queue goes to the disk: memory is for the application.
const SHARE_WHILE_DOWN = 0.1;
const UNREADABLE_SPOOL_WAIT_MS = 1_000;

/** The records of one lane that wait: in memory, and with a spool on the disk as well. */
export class Backlog {
  readonly #queue: RecordQueue;
  readonly #spool: LaneSpool | null;
  #opened: Promise<void> | null = null;
  #isOver = false;

  constructor(
    private readonly sink: Sink,
    private readonly context: BacklogContext,
  ) {
    const { options, openSpool } = context;
    this.#queue = new RecordQueue(options);
    this.#spool = options.spool && openSpool ? this.#makeSpool(options.spool.mode) : null;
  }

  /** In memory. */
  get queued(): number {
    return this.#queue.length;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** On the disk alone. */
  get spooled(): number {
    return this.#spool?.records ?? 0;
  }

  get spooledBytes(): number {
    return this.#spool?.bytes ?? 0;
  }

  get isEmpty(): boolean {
    return this.#isOver || (this.queued === 0 && this.spooled === 0);
  }

  /** The oldest record in memory. */
  get oldest(): QueuedRecord | undefined {
    return this.#queue.oldest;
  }

  get newestSequence(): number {
    return this.#queue.newest?.sequence ?? 0;
  }

  /** `Infinity` when nothing waits. */
  get oldestSequence(): number {
    return Math.min(this.#queue.oldest?.sequence ?? Infinity, this.#spool?.oldestSequence ?? Infinity);
  }

  get holdsFullBatch(): boolean {
    return this.#queue.holdsFullBatch || this.spooled > 0;
  }

  /** Whether what cannot be delivered now outlives this process. */
  get isKeptOnDisk(): boolean {
    return this.#spool?.isOpen ?? false;
  }

  get isOpen(): boolean {
    return this.#spool?.isOpen ?? true;
  }

  /** Opens the spool, once; without one, or with one that fails, records wait in memory alone. */
  open(): Promise<void> {
    return (this.#opened ??= this.#openSpool());
  }

  /** Finds a place for a record: in memory, or behind others on the disk. */
  add(entry: QueuedRecord, isSinkDown: boolean): void {
    const spool = this.#spool;
    if (!spool?.isOpen) return this.#keep(entry, 'queue-full');
    if (!this.#belongsOnDisk(entry, isSinkDown)) return this.#keep(spool.hold(entry), 'queue-full');
    const refusal = spool.take(entry);
    if (refusal) this.#keep(entry, refusal === 'full' ? 'spool-full' : 'queue-full');
    else this.context.watch.spooling(true);
  }

  /** Adds a record for which nothing else has to go. */
  addBeyondLimits(entry: QueuedRecord): void {
    this.#queue.restore([this.#notOvertaking(entry)]);
  }

  /** Removes the next batch, after reading from the disk what there is room for. */
  async takeBatch(): Promise<QueuedRecord[]> {
    await this.#refill();
    return this.#queue.takeBatch();
  }

  /** These records have found their end. */
  settle(entries: Iterable<QueuedRecord>): void {
    this.#spool?.settle(entries);
  }

  /** Leaves all that waits, and these records that are older, to the next process, or drops it. */
  leave(older: readonly QueuedRecord[]): void {
    this.#isOver = true;
    const entries = [...older, ...this.#queue.takeAll()];
    if (!this.#spool?.isOpen) {
      this.#drop('closed', entries, 'the deadline of close() came before they were delivered');
    } else {
      this.#spill(this.#spool, entries);
    }
  }

  flushSync(): void {
    this.#spool?.flushSync();
  }

  async close(timeoutMs: number): Promise<void> {
    this.#isOver = true;
    const close = async (): Promise<void> => {
      await this.#opened;
      await this.#spool?.commit();
      await this.#spool?.close();
    };
    const closed = await callSink(this.context.clock, timeoutMs, close).settled;
    if (!closed.ok) this.context.reports.spoolFailed(describeFailure(closed.error));
  }

  /** Keeps a record in memory, or drops what the overflow policy says. */
  #keep(entry: QueuedRecord, reasonToDrop: DropReason): void {
    this.#drop(reasonToDrop, this.#queue.add(this.#notOvertaking(entry)), '');
  }

  /** A record that overtakes those on the disk must not make a flush believe that they are done. */
  #notOvertaking(entry: QueuedRecord): QueuedRecord {
    return this.spooled > 0 ? { ...entry, sequence: Math.min(entry.sequence, this.newestSequence) } : entry;
  }

  #belongsOnDisk(entry: QueuedRecord, isSinkDown: boolean): boolean {
    if (this.spooled > 0 || !this.#queue.hasRoomFor(entry)) return true;
    return isSinkDown && this.#queue.isFilledTo(SHARE_WHILE_DOWN);
  }

  async #refill(): Promise<void> {
    const { options, clock, watch } = this.context;
    const spool = this.#spool;
    if (!spool || spool.records === 0 || this.#queue.holdsFullBatch) return;
    const before = spool.records;
    const entries = await spool.read(options.maxBatchRecords, options.maxBatchBytes);
    if (this.#isOver) return this.#spill(spool, entries);
    this.#queue.restore(entries);
    watch.spooling(spool.records > 0);
    if (this.queued === 0 && spool.records >= before) await pause(clock, UNREADABLE_SPOOL_WAIT_MS).done;
  }

  #spill(spool: LaneSpool, entries: readonly QueuedRecord[]): void {
    const { left, refusal } = spool.spill(entries);
    this.#drop(refusal === 'full' ? 'spool-full' : 'closed', left, 'the spool could not keep them');
  }

  #drop(reason: DropReason, entries: readonly QueuedRecord[], because: string): void {
    if (entries.length === 0) return;
    this.context.ledger.drop(reason, entries, because);
    this.settle(entries);
    this.context.onChange();
  }

  #makeSpool(mode: LaneSpool['mode']): LaneSpool {
    const { clock, ledger, reports, onChange } = this.context;
    return new LaneSpool(mode, {
      onRecovered: records => {
        ledger.recover(records);
        onChange();
      },
      onDamage: (records, reason) => {
        ledger.dropUnread('spool-damaged', records, reason);
        onChange();
      },
      onReturned: entries => {
        if (this.#isOver) return this.#drop('closed', entries, 'the spool could not keep them');
        for (const entry of entries) this.#keep(entry, 'queue-full');
        onChange();
      },
      // Later, because this can come in the middle of an append, when its record is counted nowhere yet.
      onState: state => {
        if (state.name === 'failing') clock.defer(() => reports.spoolFailed(state.reason));
      },
    });
  }

  async #openSpool(): Promise<void> {
    const { openSpool, reports } = this.context;
    if (!this.#spool || !openSpool || this.#isOver) return;
    try {
      await this.#spool.open(this.sink.name, openSpool);
    } catch (error) {
      reports.spoolFailed(describeFailure(error));
      return;
    }
    // What came in the meantime is younger than what earlier processes left.
    for (let left = this.queued; left > 0; left--) this.add(this.#queue.takeOldest(), false);
  }
}
