import { SinkError, type Report } from '../errors';
import type { Sink } from '../sinks/sink';
import { Backoff } from './backoff';
import { pause, type Clock, type Pause } from './clock';
import type { DeliveryOptions } from './delivery-options';
import type { LaneLedger } from './lane-ledger';
import type { LaneReports } from './lane-reports';
import type { LaneState } from './lane-stats';
import type { QueuedRecord } from './record-queue';
import { callSink, type Settled, type SinkCall } from './sink-call';
import { describeFailure, readWriteOutcome, type WriteOutcome } from './write-outcome';

/** What a writer works with. */
export interface BatchWriterContext {
  readonly options: Required<DeliveryOptions>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ledger: LaneLedger;
  readonly reports: LaneReports;
  /** Given to the sink. */
  readonly report: Report;
  /** Called when records of the batch have found their end. */
  readonly onProgress: () => void;
}

/**
 * Brings one batch after the other into a sink: opens it first, writes under a deadline, and repeats until every record
 * is delivered or rejected.
 */
export class BatchWriter {
  readonly #backoff: Backoff;
  #state: LaneState = 'idle';
  #batch: readonly QueuedRecord[] = [];
  #isOpen: boolean;
  #hasGivenUp = false;
  #isClosed = false;
  #isOutageTold = false;
  #call: SinkCall<unknown> | null = null;
  #pause: Pause | null = null;

  constructor(
    private readonly sink: Sink,
    private readonly context: BatchWriterContext,
  ) {
    this.#backoff = new Backoff(context.options, context.random);
    this.#isOpen = !sink.open;
  }

  get state(): LaneState {
    return this.#isClosed ? 'closed' : this.#state;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The records in flight. */
  get batch(): readonly QueuedRecord[] {
    return this.#batch;
  }

  /** Opens the sink, however often it takes. */
  async open(): Promise<void> {
    const { clock, ledger, reports, report } = this.context;
    while (!this.#isOpen && !this.#hasGivenUp) {
      this.#state = 'opening';
      const opened = await this.#bounded(async () => this.sink.open?.({ report }));
      if (opened.ok) {
        this.#isOpen = true;
        this.#recovered(0);
      } else if (!this.#hasGivenUp) {
        const reason = describeFailure(opened.error);
        ledger.failed(reason, clock.date());
        if (!this.#isOutageTold) this.#isOutageTold = reports.openFailed(reason);
        await this.#wait(this.#backoff.nextDelayMs());
      }
    }
    this.#state = 'idle';
  }

  /** Resolves when every record of the batch is delivered or rejected, or was taken away by `release`. */
  async deliver(batch: readonly QueuedRecord[]): Promise<void> {
    const { ledger } = this.context;
    this.#batch = batch;
    ledger.batches++;
    for (let attempt = 1; this.#batch.length > 0; attempt++) {
      if (attempt > 1) ledger.retries++;
      this.#state = 'writing';
      // A fresh array for each attempt: what a sink does to the one it was given stays with that attempt.
      const records = this.#batch.map(entry => entry.record);
      const write = await this.#bounded(signal => this.sink.write(records, signal));
      if (this.#hasGivenUp) break;
      const outcome = readWriteOutcome(write, records.length);
      this.#settle(outcome);
      if (outcome.failure !== null) await this.#wait(Math.max(outcome.retryAfterMs, this.#backoff.nextDelayMs()));
    }
    this.#state = 'idle';
  }

  /** Starts the waits between attempts anew, and cuts short the present one. */
  hurry(): void {
    this.#backoff.reset();
    this.#pause?.end();
  }

  /** Lets go of the batch for good. Returns how many records it held; to count them is up to the caller. */
  release(): number {
    const { length } = this.#batch;
    this.#batch = [];
    this.#hasGivenUp = true;
    return length;
  }

  /** Ends the present attempt or wait. */
  interrupt(reason: string): void {
    this.#call?.abandon(new SinkError(reason, { retryable: false }));
    this.#pause?.end();
  }

  async close(timeoutMs: number): Promise<void> {
    const { clock, reports } = this.context;
    const closed = await callSink(clock, timeoutMs, async () => this.sink.close?.()).settled;
    if (!closed.ok) reports.closeFailed(describeFailure(closed.error));
    this.#isClosed = true;
  }

  #settle(outcome: WriteOutcome): void {
    const { clock, ledger, reports, onProgress } = this.context;
    const { rejected, failure } = outcome;
    const rest = this.#batch.filter((_, index) => !rejected.has(index));
    this.#batch = failure === null ? [] : rest;
    if (failure === null) this.#recovered(rest.length);
    else ledger.failed(failure, clock.date());
    if (rejected.size > 0) ledger.drop('rejected', rejected.size, outcome.rejectedBecause);
    if (failure !== null && rest.length > 0 && !this.#isOutageTold) {
      this.#isOutageTold = reports.writeFailed(failure, rest.length);
    }
    if (outcome.misplaced > 0) reports.rejectionsMisplaced(outcome.misplaced);
    onProgress();
  }

  #recovered(delivered: number): void {
    this.#backoff.reset();
    this.#isOutageTold = false;
    this.context.ledger.delivered(delivered, this.context.clock.date());
  }

  async #bounded<Value>(method: (signal: AbortSignal) => Promise<Value>): Promise<Settled<Value>> {
    const call = callSink(this.context.clock, this.context.options.writeTimeoutMs, method);
    this.#call = call;
    const settled = await call.settled;
    this.#call = null;
    return settled;
  }

  async #wait(ms: number): Promise<void> {
    this.#state = 'waiting-to-retry';
    this.#pause = pause(this.context.clock, ms);
    await this.#pause.done;
    this.#pause = null;
  }
}
