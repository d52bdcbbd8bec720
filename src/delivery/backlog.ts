import { batchesInOneWrite, batchFor, takesPacked } from '../sinks/packed-batches';
import type { Sink } from '../sinks/sink';
import { pause, type Clock } from './clock';
import type { ResolvedDeliveryOptions } from './delivery-options';
import type { LaneLedger } from './lane-ledger';
import type { LaneReports } from './lane-reports';
import { LaneSpool, type OpenSpool } from './lane-spool';
import type { DropReason } from './lane-stats';
import type { LaneWatch } from './lane-watch';
import type { QueuedRecord } from './queued-record';
import { RecordQueue } from './record-queue';
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

// While the sink fails, more than this share of the queue goes to the disk: memory is for the application. From the first
// failure on, because five attempts that wait for an answer can take a minute.
const SHARE_WHILE_FAILING = 0.1;
const EXITED = 'the process exited before they were delivered; close() waits for that';
const UNREADABLE_SPOOL_WAIT_MS = 1_000;

/** The records of one lane that wait: in memory, and with a spool on the disk as well. */
export class Backlog {
  readonly #queue: RecordQueue;
  readonly #spool: LaneSpool | null;
  #opened: Promise<void> | null = null;
  /** What the spool has not taken yet, at the end. */
  #leaving: readonly QueuedRecord[] = [];
  /** Why they are dropped if nothing takes them. */
  #leavingReason: DropReason = 'closed';
  #isOpening = false;
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
    return this.#queue.length + this.#leaving.length;
  }

  get queuedBytes(): number {
    return this.#leaving.reduce((sum, { record }) => sum + record.bytes, this.#queue.bytes);
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

  /** What earlier processes left is not known yet. */
  get isOpening(): boolean {
    return this.#isOpening;
  }

  /** Whether {@link open} was called, or need not be. */
  get isOpened(): boolean {
    return this.#opened !== null || this.#spool === null;
  }

  /** Opens the spool, once; without one, or with one that fails, records wait in memory alone. */
  open(): Promise<void> {
    return (this.#opened ??= this.#openSpool());
  }

  /** Finds a place for a record: in memory, or behind others on the disk. */
  add(entry: QueuedRecord, isSinkFailing: boolean): void {
    const spool = this.#spool;
    if (!spool?.isOpen) return this.#keep(entry, 'queue-full');
    if (!this.#belongsOnDisk(entry, isSinkFailing)) return this.#keep(spool.hold(entry), 'queue-full');
    const refusal = spool.take(entry);
    if (refusal) this.#keep(entry, refusal === 'full' ? 'spool-full' : 'queue-full');
    else this.context.watch.spooling(true);
  }

  /** Adds a record for which nothing else has to go. */
  addBeyondLimits(entry: QueuedRecord): void {
    this.#queue.restore([this.#notOvertaking(entry)]);
  }

  /** Reads from the disk what there is room for. */
  async refill(): Promise<void> {
    const { options, clock, watch } = this.context;
    const spool = this.#spool;
    if (!spool || spool.records === 0 || this.#queue.holdsFullBatch) return;
    const before = spool.records;
    await spool.read(options.maxBatchRecords, options.maxBatchBytes, entries => {
      if (this.#isOver) this.#leaveToo(entries);
      else this.#queue.restore(entries);
    });
    if (this.#isOver) return;
    if (spool.records === 0) watch.spooling(false);
    if (this.queued === 0 && spool.records >= before) await pause(clock, UNREADABLE_SPOOL_WAIT_MS).done;
  }

  /** Removes what is to be written next: whoever takes it has to count it before anybody can look. */
  takeBatch(): QueuedRecord[] {
    return this.#queue.takeBatch(batchesInOneWrite(takesPacked(this.sink)));
  }

  /** These records have found their end. */
  settle(entries: Iterable<QueuedRecord>): void {
    this.#spool?.settle(entries);
  }

  /**
   * Takes no part in delivery any more: all that waits, and these records that are older, are left to the next process,
   * as far as the spool takes them now. {@link close} or {@link spillSync} see to the rest.
   */
  leave(older: readonly QueuedRecord[], because: string): void {
    this.#isOver = true;
    this.#leaving = [...older, ...this.#queue.takeAll()];
    if (this.#spool?.isOpen) this.#spill();
    else this.#dropLeaving(because);
  }

  /** The same when the process exits. {@link spillSync} sees to all of it. */
  leaveNow(older: readonly QueuedRecord[]): void {
    this.#isOver = true;
    this.#leaving = [...older, ...this.#queue.takeAll()];
  }

  /**
   * Has on the disk what the spool takes, before it returns, gives the rest to a sink that can store records at once, and
   * drops what is left.
   */
  spillSync(): void {
    do this.#spool?.flushSync();
    while (this.#spill());
    if (this.#leaving.length > 0 && this.sink.writeSync) this.#writeLeaving();
    else this.#dropLeaving(this.#spool?.isOpen ? undefined : EXITED);
  }

  #writeLeaving(): void {
    const entries = this.#leaving;
    try {
      const records = entries.map(({ record }) => record);
      this.sink.writeSync?.(batchFor(this.sink, records));
      this.#leaving = [];
      this.context.ledger.delivered(entries.length);
    } catch (error) {
      this.#dropLeaving(`${EXITED}, and could not be written at the end: ${describeFailure(error)}`);
    }
  }

  /** The same without blocking, then closes the spool; gives up after `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    this.#isOver = true;
    const close = async (): Promise<void> => {
      await this.#opened;
      await this.#spool?.commit();
      while (this.#spill()) await this.#spool?.commit();
      await this.#spool?.close();
    };
    const closed = await callSink(this.context.clock, timeoutMs, close).settled;
    if (!closed.ok) this.context.reports.spoolFailed(describeFailure(closed.error));
    this.#dropLeaving();
  }

  /** Keeps a record in memory, or drops what the overflow policy says. */
  #keep(entry: QueuedRecord, reasonToDrop: DropReason): void {
    this.#drop(reasonToDrop, this.#queue.add(this.#notOvertaking(entry)), '');
  }

  /** A record that overtakes those on the disk must not make a flush believe that they are done. */
  #notOvertaking(entry: QueuedRecord): QueuedRecord {
    return this.spooled > 0 ? { ...entry, sequence: Math.min(entry.sequence, this.newestSequence) } : entry;
  }

  #belongsOnDisk(entry: QueuedRecord, isSinkFailing: boolean): boolean {
    if (this.spooled > 0 || !this.#queue.hasRoomFor(entry)) return true;
    return isSinkFailing && this.#queue.isFilledTo(SHARE_WHILE_FAILING);
  }

  #leaveToo(entries: readonly QueuedRecord[]): void {
    this.#leaving = [...this.#leaving, ...entries];
    this.#spill();
  }

  /** Gives the spool what is left for it; a spool takes only so much at a time. Returns whether it took any. */
  #spill(): boolean {
    if (!this.#spool || this.#leaving.length === 0) return false;
    const before = this.#leaving.length;
    const { refused, because } = this.#spool.spill(this.#leaving);
    this.#leaving = refused;
    if (because === 'full') this.#leavingReason = 'spool-full';
    return this.#leaving.length < before;
  }

  #dropLeaving(because = 'the spool could not keep them'): void {
    const entries = this.#leaving;
    this.#leaving = [];
    this.#drop(this.#leavingReason, entries, because);
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
        if (this.#isOver) return this.#leaveToo(entries);
        for (const entry of entries) this.#keep(entry, 'queue-full');
        onChange();
      },
      onState: state => {
        if (state.name !== 'failing') return;
        const report = (): void => reports.spoolFailed(state.reason);
        // Later, because this can come in the middle of an append, when its record is counted nowhere yet. At the end
        // nothing is appended unasked, and the process may have no later.
        if (this.#isOver) report();
        else clock.defer(report);
      },
    });
  }

  async #openSpool(): Promise<void> {
    const { openSpool, reports, onChange } = this.context;
    if (!this.#spool || !openSpool || this.#isOver) return;
    this.#isOpening = true;
    try {
      await this.#spool.open(this.sink.name, openSpool);
      // What came in the meantime is younger than what earlier processes left.
      for (let left = this.#queue.length; left > 0; left--) this.add(this.#queue.takeOldest(), false);
    } catch (error) {
      reports.spoolFailed(describeFailure(error));
    }
    this.#isOpening = false;
    onChange();
  }
}
