import { LoggingError, type Report } from '../errors';
import type { Sink } from '../sinks/sink';
import { BatchWriter } from './batch-writer';
import type { Clock } from './clock';
import type { DeliveryOptions } from './delivery-options';
import { LaneLedger } from './lane-ledger';
import { LaneReports } from './lane-reports';
import type { Drop, LaneStats } from './lane-stats';
import { RecordQueue, type QueuedRecord } from './record-queue';

/** What all lanes of a delivery share. */
export interface LaneContext {
  readonly options: Required<DeliveryOptions>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: Report;
  readonly onDrop: ((drop: Drop) => void) | undefined;
}

interface Waiter {
  readonly sequence: number;
  readonly resolve: () => void;
}

// Enough for a sink to close its files and connections when the deadline was used up by its last writes.
const LEAST_CLOSE_MS = 200;

/** One sink's queue, and when its records leave. Lanes know nothing of each other. */
export class SinkLane {
  readonly #queue: RecordQueue;
  readonly #ledger: LaneLedger;
  readonly #writer: BatchWriter;
  /** All up to this sequence leave without waiting for a batch to fill. */
  #dueUpTo = 0;
  #isRunning = false;
  #isClosing = false;
  #cancelTimer: (() => void) | null = null;
  #waiters: Waiter[] = [];

  constructor(
    private readonly sink: Sink,
    private readonly context: LaneContext,
  ) {
    const { options, clock, report, onDrop } = context;
    const reports = new LaneReports(sink.name, report, clock, options);
    this.#queue = new RecordQueue(options);
    this.#ledger = new LaneLedger(sink.name, reports, onDrop);
    const onProgress = () => this.#wakeWaiters();
    this.#writer = new BatchWriter(sink, { ...context, ledger: this.#ledger, reports, onProgress });
  }

  push(entry: QueuedRecord): void {
    this.#ledger.accepted++;
    if (this.#isClosing) {
      this.#ledger.drop('closed', 1, 'it came after close()');
      return;
    }
    const dropped = this.#queue.add(entry);
    this.#start();
    if (dropped === 0) return;
    this.#ledger.drop('queue-full', dropped, '');
    this.#wakeWaiters();
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

  /** Stops the intake, flushes (`giveUp` ends that), then closes the sink. */
  async close(deadline: number): Promise<void> {
    this.#isClosing = true;
    // Several tries before the deadline instead of one wait that may outlast it.
    this.#writer.hurry();
    await this.flush(Infinity);
    // With nothing left to write, the sink may still be opening, or waiting to try that again.
    this.#writer.release();
    this.#writer.interrupt('close() was called');
    await this.#writer.close(Math.max(LEAST_CLOSE_MS, deadline - this.context.clock.now()));
  }

  /** Drops all that is not delivered yet. */
  giveUp(): void {
    const left = this.#writer.release() + this.#queue.length;
    this.#queue.clear();
    if (left > 0) this.#ledger.drop('closed', left, 'the deadline of close() came before they were delivered');
    this.#wakeWaiters();
    // Last, because it runs code of the sink, and whoever reads the counters there must find the sum right.
    this.#writer.interrupt('the deadline of close() has passed');
  }

  stats(): LaneStats {
    return {
      state: this.#writer.state,
      queued: this.#queue.length,
      queuedBytes: this.#queue.bytes,
      inFlight: this.#writer.batch.length,
      ...this.#ledger.counts,
    };
  }

  /** Opens the sink before there is a record for it, so that a wrong setting shows when the application starts. */
  open(): void {
    if (!this.#isRunning && !this.#writer.isOpen) this.#runSoon();
  }

  /** Sees to it that what waits will leave. Only notes it: this runs in `push`, where nobody may wait for a sink. */
  #start(): void {
    const { clock, options } = this.context;
    const { oldest } = this.#queue;
    if (this.#isRunning || !oldest) return;
    if (!this.#writer.isOpen || this.#isBatchDue()) {
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
    this.#dueUpTo = Math.max(this.#dueUpTo, this.#queue.newest?.sequence ?? 0);
    this.#start();
  }

  async #run(): Promise<void> {
    if (!this.#isClosing || this.#queue.oldest) await this.#writer.open();
    while (this.#isBatchDue()) {
      await this.#writer.deliver(this.#queue.takeBatch());
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
    const { oldest, holdsFullBatch } = this.#queue;
    if (!oldest) return false;
    const { clock, options } = this.context;
    return holdsFullBatch || oldest.sequence <= this.#dueUpTo || clock.now() - oldest.pushedAt >= options.maxDelayMs;
  }

  #wakeWaiters(): void {
    if (this.#waiters.length === 0) return;
    const oldest = this.#writer.batch[0] ?? this.#queue.oldest;
    const isDone = ({ sequence }: Waiter) => !oldest || oldest.sequence > sequence;
    const done = this.#waiters.filter(isDone);
    this.#waiters = this.#waiters.filter(waiter => !isDone(waiter));
    for (const waiter of done) waiter.resolve();
  }
}
