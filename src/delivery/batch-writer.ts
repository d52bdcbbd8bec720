import { SinkError, type Report } from '../errors';
import { batchesInOneWrite, batchFor, takesPacked } from '../sinks/packed-batches';
import type { Sink } from '../sinks/sink';
import { BatchSize } from './batch-size';
import { Circuit, type CircuitState } from './circuit';
import { pause, type Clock, type Pause } from './clock';
import type { ResolvedDeliveryOptions } from './delivery-options';
import { InFlight } from './in-flight';
import { publishBatch } from './lane-events';
import type { LaneLedger } from './lane-ledger';
import type { LaneReports } from './lane-reports';
import type { LaneState } from './lane-stats';
import type { LaneWatch } from './lane-watch';
import type { QueuedRecord } from './queued-record';
import { callSink, type Settled, type SinkCall } from './sink-call';
import { describeFailure, readWriteOutcome, type WriteOutcome } from './write-outcome';

/** What a writer works with. */
export interface BatchWriterContext {
  readonly options: ResolvedDeliveryOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly ledger: LaneLedger;
  readonly reports: LaneReports;
  readonly watch: LaneWatch;
  /** Given to the sink. */
  readonly report: Report;
  /** Called when records of the batch have found their end: those that are stored, and why each other never will be. */
  readonly onSettled: (stored: readonly QueuedRecord[], rejected: ReadonlyMap<QueuedRecord, string>) => void;
  /** Called when an attempt has failed, before the wait for the next. */
  readonly onFailed: () => void;
}

/** With how much a sink is tried that was down. */
const PROBE_RECORDS = 1;

/**
 * Brings one batch after the other into a sink: opens it first, writes under a deadline, and repeats until every record
 * is delivered or rejected. How much it writes at a time, and how long it waits, is up to the circuit and the batch size.
 */
export class BatchWriter {
  readonly #circuit: Circuit;
  readonly #size: BatchSize;
  readonly #inFlight = new InFlight();
  #state: LaneState = 'idle';
  #isOpen: boolean;
  #hasGivenUp = false;
  #isClosed = false;
  #call: SinkCall<unknown> | null = null;
  #pause: Pause | null = null;

  constructor(
    private readonly sink: Sink,
    private readonly context: BatchWriterContext,
  ) {
    const { options, random } = context;
    this.#circuit = new Circuit(options, random);
    this.#size = new BatchSize(batchesInOneWrite(takesPacked(sink)) * options.maxBatchRecords);
    this.#isOpen = !sink.open;
  }

  get state(): LaneState {
    return this.#isClosed ? 'closed' : this.#state;
  }

  get circuit(): CircuitState {
    return this.#circuit.state;
  }

  get writeLimit(): number {
    return this.#circuit.state === 'closed' ? this.#size.records : PROBE_RECORDS;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** The first of the records in flight. */
  get oldest(): QueuedRecord | undefined {
    return this.#inFlight.oldest;
  }

  /** Opens the sink, however often it takes. */
  async open(): Promise<void> {
    while (!this.#isOpen && !this.#hasGivenUp) {
      this.#attempt('opening');
      const opened = await this.#bounded(async () => this.sink.open?.({ report: this.context.report }));
      if (this.#hasGivenUp) break;
      if (opened.ok) {
        this.#isOpen = true;
        this.#succeeded();
      } else {
        // Only what a failed write would say counts, so that both are told in the same words.
        await this.#failed(readWriteOutcome(opened, 0), 'opening');
      }
    }
    this.#state = 'idle';
  }

  /** Resolves when every record of the batch is delivered or rejected, or was taken away by `release`. */
  async deliver(batch: readonly QueuedRecord[]): Promise<void> {
    const { ledger, clock } = this.context;
    this.#inFlight.take(batch);
    ledger.batches++;
    for (let write = 1; this.#inFlight.length > 0; write++) {
      if (write > 1) ledger.retries++;
      this.#attempt('writing');
      const portion = this.#inFlight.next(this.writeLimit);
      // Fresh for each attempt: what a sink does to the batch it was given stays with that attempt.
      const records = portion.map(entry => entry.record);
      const startedAt = clock.now();
      const written = await this.#bounded(async signal => this.sink.write(batchFor(this.sink, records), signal));
      if (this.#hasGivenUp) break;
      const outcome = readWriteOutcome(written, records.length);
      this.#publish(outcome, records.length, clock.now() - startedAt);
      this.#settle(portion, outcome);
      if (outcome.failure !== null) await this.#failed(outcome, portion.length);
    }
    this.#state = 'idle';
  }

  /** Starts the waits between attempts anew, and cuts short the present one. */
  hurry(): void {
    this.#circuit.hurry();
    this.#pause?.end();
  }

  /** Lets go of the batch for good, and returns it. */
  release(): readonly QueuedRecord[] {
    this.#hasGivenUp = true;
    return this.#inFlight.release();
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

  #attempt(state: LaneState): void {
    this.#state = state;
    this.#circuit.attempt();
    this.context.watch.attempted(this.#circuit.state);
  }

  #settle(portion: readonly QueuedRecord[], outcome: WriteOutcome): void {
    const { ledger, reports, onSettled } = this.context;
    const reasons = this.#reasonsToReject(portion, outcome);
    const rejected = new Map<QueuedRecord, string>();
    for (const [place, reason] of reasons) rejected.set(portion[place]!, reason);
    const rest = portion.filter(entry => !rejected.has(entry));
    const isStored = outcome.failure === null && outcome.refusal === null;
    if (rest.length === portion.length && outcome.refusal !== null) this.#inFlight.halve();
    else this.#inFlight.keep(isStored ? [] : rest);
    if (isStored) ledger.delivered(rest.length);
    if (rejected.size > 0) ledger.drop('rejected', [...rejected.keys()], [...rejected.values()][0]!);
    if (outcome.failure === null) this.#succeeded();
    if (isStored) this.#size.stored();
    if (outcome.misplaced > 0) reports.rejectionsMisplaced(outcome.misplaced);
    if (isStored || rejected.size > 0) onSettled(isStored ? rest : [], rejected);
  }

  /** By place. A record that is refused alone is at fault itself; before that, the batch is halved until it is alone. */
  #reasonsToReject(portion: readonly QueuedRecord[], outcome: WriteOutcome): ReadonlyMap<number, string> {
    const { rejected, refusal, failure, isDeliberate } = outcome;
    if (rejected.size > 0 || portion.length > 1) return rejected;
    if (refusal !== null) return new Map([[0, refusal]]);
    // A sink that expects requests may stumble over it each time; the records behind it must not wait for that.
    const isLossMisread = failure !== null && !isDeliberate && portion[0]?.record.kind === 'loss';
    return isLossMisread ? new Map([[0, failure]]) : rejected;
  }

  #succeeded(): void {
    const { ledger, watch } = this.context;
    this.#circuit.succeeded();
    ledger.delivered(0);
    watch.succeeded();
  }

  async #failed(outcome: WriteOutcome, attempted: number | 'opening'): Promise<void> {
    const { ledger, watch, onFailed } = this.context;
    const { kind, retryAfterMs } = outcome;
    const failure = outcome.failure ?? outcome.refusal ?? '';
    const waitMs = this.#circuit.failed(kind, retryAfterMs);
    if (kind === 'overloaded' && attempted !== 'opening') this.#size.overloaded(attempted);
    ledger.failed(failure);
    const concerned = attempted === 'opening' ? attempted : this.#inFlight.length;
    if (concerned !== 0) watch.failed(failure, kind, this.#circuit.state, concerned);
    onFailed();
    await this.#wait(waitMs);
  }

  #publish(outcome: WriteOutcome, records: number, durationMs: number): void {
    const { rejected, failure, refusal } = outcome;
    publishBatch(() => ({
      sink: this.sink.name,
      records,
      durationMs,
      outcome: failure !== null ? 'failed' : refusal !== null ? 'refused' : 'stored',
      rejected: rejected.size,
      reason: failure ?? refusal,
    }));
  }

  async #bounded<Value>(method: (signal: AbortSignal) => Promise<Value>): Promise<Settled<Value>> {
    const call = callSink(this.context.clock, this.context.options.writeTimeoutMs, method);
    this.#call = call;
    const settled = await call.settled;
    this.#call = null;
    return settled;
  }

  async #wait(ms: number): Promise<void> {
    if (this.#hasGivenUp) return;
    this.#state = this.context.watch.isPaused ? 'paused' : 'waiting-to-retry';
    this.#pause = pause(this.context.clock, ms);
    await this.#pause.done;
    this.#pause = null;
  }
}
