import { LoggingError, type Report } from '../errors';
import { PackedRecord } from '../record/packed-record';
import type { Sink } from '../sinks/sink';
import { Backlog } from './backlog';
import { BatchWriter } from './batch-writer';
import type { Clock } from './clock';
import { DeadLetters } from './dead-letters';
import type { ResolvedDeliveryOptions } from './delivery-options';
import { LaneLedger } from './lane-ledger';
import { LaneReports } from './lane-reports';
import type { OpenSpool } from './lane-spool';
import type { Drop, LaneStats } from './lane-stats';
import { LaneWatch } from './lane-watch';
import { LossNotes, type LossOrigin } from './loss-notes';
import type { QueuedRecord } from './queued-record';
import { callSink } from './sink-call';

/** What all lanes of a delivery share. */
export interface LaneContext {
  readonly options: ResolvedDeliveryOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: Report;
  readonly onDrop: ((drop: Drop) => void) | undefined;
  /** `undefined` without a spool. */
  readonly openSpool: OpenSpool | undefined;
  readonly lossOrigin: LossOrigin;
}

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
}

// Enough for a sink to close its files and connections when the deadline was used up by its last writes.
const LEAST_CLOSE_MS = 200;
// For what has no time left there is only the disk; a disk that is not ready by then may never be.
const LEAST_SPOOL_CLOSE_MS = 5_000;

/** When the records of one sink leave: backlog → batch → writer. Lanes know nothing of each other. */
export class SinkLane {
  readonly #losses: LossNotes;
  readonly #ledger: LaneLedger;
  readonly #deadLetters: DeadLetters | null;
  readonly #backlog: Backlog;
  readonly #writer: BatchWriter;
  #lastSequence = 0;
  /** All up to this sequence leave without waiting for a batch to fill. */
  #dueUpTo = 0;
  #isRunning = false;
  #isClosing = false;
  /** Nothing is written any more. */
  #isOver = false;
  #cancelTimer: (() => void) | null = null;
  #waiters: Waiter[] = [];

  constructor(
    private readonly sink: Sink,
    private readonly context: LaneContext,
  ) {
    const { options, clock, report, onDrop, lossOrigin } = context;
    const reports = new LaneReports(sink.name, report, clock, options);
    const losses = new LossNotes(lossOrigin);
    const ledger = new LaneLedger(sink.name, clock, reports, losses, onDrop);
    const watch = new LaneWatch(sink.name, clock, reports, () => ({
      waiting: this.#backlog.queued + this.#backlog.spooled + this.#writer.inFlight,
      dropped: ledger.droppedInAll,
    }));
    this.#losses = losses;
    this.#ledger = ledger;
    const { deadLetters } = options;
    this.#deadLetters = deadLetters && new DeadLetters(deadLetters, sink.name, clock, reports);
    this.#backlog = new Backlog(sink, { ...context, ledger, reports, watch, onChange: () => this.#changed() });
    this.#writer = new BatchWriter(sink, {
      ...context,
      ledger,
      reports,
      watch,
      onSettled: (stored, rejected) => this.#settled(stored, rejected),
      onFailed: () => this.#giveUpIfHopeless(),
    });
  }

  push(entry: QueuedRecord): void {
    this.#ledger.accepted++;
    this.#lastSequence = entry.sequence;
    if (this.#isClosing) {
      this.#ledger.drop('closed', [entry], 'it came after close()');
      return;
    }
    this.#backlog.add(entry, this.#ledger.failingSince !== null);
    this.#start();
  }

  /** Resolves when everything up to this sequence is delivered or dropped. */
  flush(sequence: number): Promise<void> {
    this.#dueUpTo = Math.max(this.#dueUpTo, sequence);
    this.#start();
    return new Promise(resolve => {
      this.#waiters.push({ sequence, resolve });
      this.#wakeWaiters();
    });
  }

  /** Stops the intake, flushes (`giveUp` ends that), then closes the sink and the spool. */
  async close(deadline: number): Promise<void> {
    this.#isClosing = true;
    // Several tries before the deadline instead of one wait that may outlast it.
    this.#writer.hurry();
    this.#tellLastLoss();
    await this.flush(Infinity);
    this.#isOver = true;
    // With nothing left to write, the sink may still be opening, or waiting to try that again.
    this.#writer.release();
    this.#writer.interrupt('close() was called');
    const leftMs = deadline - this.context.clock.now();
    await Promise.all([
      this.#writer.close(Math.max(LEAST_CLOSE_MS, leftMs)),
      this.#backlog.close(Math.max(LEAST_SPOOL_CLOSE_MS, leftMs)),
      this.#keepLetters(Math.max(LEAST_CLOSE_MS, leftMs)),
    ]);
    this.#ledger.tellDrops();
  }

  /** Leaves all that is not delivered yet to the spool, or drops it. */
  giveUp(): void {
    this.#end(older => this.#backlog.leave(older, 'the deadline of close() came before they were delivered'));
  }

  /** The same, and stored before it returns where that is possible: for the last moment of a process. */
  spillSync(): void {
    this.#isClosing = true;
    this.#end(older => this.#backlog.leaveNow(older));
    this.#backlog.spillSync();
    this.#ledger.tellDrops();
  }

  #end(leave: (inFlight: readonly QueuedRecord[]) => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    leave(this.#writer.release());
    this.#wakeWaiters();
    // Last, because it runs code of the sink, and whoever reads the counters there must find the sum right.
    this.#writer.interrupt('nothing more is waited for');
  }

  stats(): LaneStats {
    const { state, circuit, writeLimit, inFlight } = this.#writer;
    const { queued, queuedBytes, spooled, spooledBytes } = this.#backlog;
    const oldest = this.#writer.oldest ?? this.#backlog.oldest;
    const places = { queued, queuedBytes, spooled, spooledBytes, inFlight };
    return {
      state,
      circuit,
      writeLimit,
      ...places,
      deadLetters: this.#deadLetters?.kept ?? 0,
      oldestAt: oldest ? oldest.record.at : null,
      ...this.#ledger.counts,
    };
  }

  /** Opens spool and sink before there is a record for them, so that a wrong setting shows when the application starts. */
  open(): void {
    void this.#backlog.open();
    if (!this.#isRunning && !this.#writer.isOpen) this.#runSoon();
  }

  /** Sees to it that what waits will leave. Only notes it: this runs in `push`, where nobody may wait for a sink. */
  #start(): void {
    const { clock, options } = this.context;
    const { oldest } = this.#backlog;
    if (this.#isRunning || this.#backlog.isEmpty) return;
    if (!this.#writer.isOpen || !this.#backlog.isOpened || !oldest || this.#isBatchDue()) {
      this.#runSoon();
    } else {
      this.#cancelTimer ??= clock.setTimer(() => this.#sendAll(), oldest.pushedAt + options.maxDelayMs - clock.now());
    }
  }

  #runSoon(): void {
    this.#isRunning = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.context.clock.defer(() => void this.#run().catch(cause => this.#stopped(cause)));
  }

  #sendAll(): void {
    this.#cancelTimer = null;
    this.#dueUpTo = Math.max(this.#dueUpTo, this.#backlog.newestSequence);
    this.#start();
  }

  async #run(): Promise<void> {
    await this.#backlog.open();
    if (!this.#isClosing || !this.#backlog.isEmpty) await this.#writer.open();
    while (this.#isBatchDue()) {
      await this.#backlog.refill();
      const batch = this.#backlog.takeBatch();
      if (batch.length > 0) await this.#writer.deliver(batch);
      // A sink that answers at once must not keep requests waiting until a long queue is empty.
      await new Promise<void>(resolve => this.context.clock.defer(resolve));
    }
    this.#isRunning = false;
    this.#start();
  }

  // A sink cannot cause this. The lane stays as it is: its queue stays bounded, and `close` still ends it.
  #stopped(cause: unknown): void {
    const message = `Delivery to sink "${this.sink.name}" has stopped. This is a fault of logged-controllers.`;
    this.context.report(new LoggingError('SINK_WRITE_FAILED', message, { cause }));
  }

  #isBatchDue(): boolean {
    if (this.#backlog.isEmpty) return false;
    const { oldest, holdsFullBatch } = this.#backlog;
    if (!oldest || holdsFullBatch) return true;
    const { clock, options } = this.context;
    return oldest.sequence <= this.#dueUpTo || clock.now() - oldest.pushedAt >= options.maxDelayMs;
  }

  #settled(stored: readonly QueuedRecord[], rejected: ReadonlyMap<QueuedRecord, string>): void {
    this.#backlog.settle(stored);
    this.#backlog.settle(rejected.keys());
    if (rejected.size > 0)
      this.#deadLetters?.keep(Array.from(rejected, ([{ record }, reason]) => ({ record, reason })));
    if (stored.length > 0) this.#tellLoss();
    this.#wakeWaiters();
  }

  async #keepLetters(timeoutMs: number): Promise<void> {
    await callSink(this.context.clock, timeoutMs, async () => this.#deadLetters?.idle()).settled;
  }

  /** With nothing left to deliver, nothing will be stored that could show once more that the sink works. */
  #tellLastLoss(): void {
    const { isOpen, inFlight } = this.#writer;
    if (isOpen && inFlight === 0 && this.#backlog.isEmpty && this.#ledger.failingSince === null) this.#tellLoss();
  }

  /** Writes into the sink itself what it has lost, now that it works. */
  #tellLoss(): void {
    const { clock, options } = this.context;
    const loss = options.lossRecords && this.#losses.take(clock.date(), this.#isClosing);
    if (!loss) return;
    this.#ledger.accepted++;
    const record = PackedRecord.of(loss);
    this.#backlog.addBeyondLimits({ record, sequence: this.#lastSequence, pushedAt: Math.floor(clock.now()) });
  }

  /** A sink that is down at the end will not come back in time; with a spool, waiting for it gains nothing. */
  #giveUpIfHopeless(): void {
    if (this.#isClosing && this.#backlog.isKeptOnDisk && this.#writer.circuit !== 'closed') this.giveUp();
  }

  #changed(): void {
    this.#start();
    this.#wakeWaiters();
  }

  #wakeWaiters(): void {
    if (this.#waiters.length === 0) return;
    const oldest = Math.min(this.#writer.oldest?.sequence ?? Infinity, this.#backlog.oldestSequence);
    const isDone = ({ sequence }: Waiter) =>
      this.#isOver || (!this.#backlog.isOpening && (oldest > sequence || oldest === Infinity));
    const done = this.#waiters.filter(isDone);
    this.#waiters = this.#waiters.filter(waiter => !isDone(waiter));
    for (const waiter of done) waiter.resolve();
  }
}
