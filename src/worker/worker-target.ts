import type { Exchange } from '../capture/exchange';
import type { ExchangeCounts } from '../capture/snapshot-target';
import { callHook } from '../call-hook';
import { systemClock } from '../delivery/clock';
import type { Delivery } from '../delivery/delivery';
import type { Drop } from '../delivery/lane-stats';
import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import { PackedRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';
import type { FactTeller } from '../redact/tell-facts';
import type { Reporter } from '../reporter';
import { settledWithin } from '../settled-within';
import { batchesInOneWrite } from '../sinks/packed-batches';
import { bytesOf, type Flight, Flights, sizeOf } from './flights';
import { LaneHistory } from './lane-history';
import type { FinishRecord } from '../pipeline/local-target';
import { type BatchDone, END_NOTES, type FromWorker, type WorkerSetup } from './messages';
import type { RecordFactory } from '../pipeline/record-factory';
import type { RecordTarget, TargetStats } from '../pipeline/record-target';
import { Settlement } from './settlement';
import { hearError } from './told-error';
import { WorkerKeeper } from './worker-keeper';
import type { WorkerOptions } from './worker-options';

/** What a {@link WorkerTarget} is made of. */
export interface WorkerTargetParts {
  readonly setup: WorkerSetup;
  readonly options: WorkerOptions;
  readonly limits: { readonly maxPendingExchanges: number; readonly maxPendingBytes: number };
  readonly counts: ExchangeCounts;
  readonly reporter: Reporter;
  readonly onDrop: (drop: Drop) => void;
  /** Tells a new worker what is known of the application's classes. */
  readonly tellFacts: () => FactTeller;
  /** Whether a snapshot must become a record in this thread. */
  readonly isMadeHere: (snapshot: Snapshot) => boolean;
  readonly factory: RecordFactory;
  readonly finish: FinishRecord;
  /** Of the sinks that no worker can make. */
  readonly delivery: Delivery;
  /** Of the worker's sinks, for when there are no more workers; takes over the spools of those. */
  readonly makeFallback: (endedThreads: readonly number[]) => Delivery;
}

// Each message wakes the other thread up: sent one by one, they cost the main thread more than making the records.
const SEND_AFTER_MS = 10;
// For the worker's answer to `close`, after its own deadline.
const CLOSE_GRACE_MS = 300;
// For its answer when the process exits.
const END_WAIT_MS = 1_000;
// Longest uninterrupted work in this thread, when there are no more workers.
const SLICE_MS = 5;
/** Every worker finds these anew. */
const TOLD_ONCE: ReadonlySet<string> = new Set([
  'CAPTURE_FAILED',
  'REDACTION_FAILED',
  'HASH_KEY_MISSING',
  'ENCRYPTION_KEY_MISSING',
]);

/**
 * Has records made and delivered by a worker. Snapshots are kept until the worker says that it has made records of them,
 * so that its end costs at most what was in its lanes.
 */
export class WorkerTarget implements RecordTarget {
  readonly #parts: WorkerTargetParts;
  readonly #keeper: WorkerKeeper;
  readonly #flights = new Flights();
  readonly #lanes: LaneHistory;
  #facts: FactTeller;
  /** Delivers to the worker's sinks when there are no more workers. */
  #fallback: Delivery | undefined;
  #sendTimer: NodeJS.Timeout | undefined;
  /** Of snapshots and records that are to go to the worker. */
  readonly #settlement = new Settlement();
  #lastFlush = 0;
  readonly #flushes = new Map<number, () => void>();
  /** Told when the worker has closed its sinks, or has ended before. */
  #whenClosed: (hasClosed: boolean) => void = () => {};
  #isClosed = false;

  constructor(parts: WorkerTargetParts) {
    const { setup, options, tellFacts } = parts;
    this.#parts = parts;
    this.#facts = tellFacts();
    const writeLimits = setup.sinks.map(({ name, takesPacked }): [string, number] => [
      name,
      batchesInOneWrite(takesPacked) * setup.delivery.maxBatchRecords,
    ]);
    this.#lanes = new LaneHistory(new Map(writeLimits));
    this.#keeper = new WorkerKeeper(setup, options, {
      onMessage: message => this.#receive(message),
      onStart: () => this.#started(),
      onCrash: cause => this.#crashed(cause),
    });
  }

  get pending(): number {
    return this.#settlement.pending;
  }

  open(): void {
    this.#parts.delivery.open();
    this.#keeper.start();
  }

  take(snapshot: Snapshot, exchange: Exchange): void {
    const { counts, isMadeHere } = this.#parts;
    if (this.#isClosed) counts.dropped.closed++;
    else if (this.#fallback || isMadeHere(snapshot)) this.#makeHere(snapshot, exchange);
    else if (this.#hasRoom(bytesOf(snapshot))) {
      this.#flights.addSnapshot(snapshot, bytesOf(snapshot));
      this.#settlement.take();
      this.#sendSoon();
    }
  }

  async flush(): Promise<void> {
    const release = systemClock.keepAlive();
    await this.#allTaken();
    await Promise.all([this.#flushWorker(), this.#parts.delivery.flush()]);
    release();
  }

  async close(deadlineMs: number): Promise<void> {
    const release = systemClock.keepAlive();
    const deadline = performance.now() + deadlineMs;
    await settledWithin(deadlineMs, this.#allTaken());
    this.#isClosed = true;
    const leftMs = Math.max(0, Math.round(deadline - performance.now()));
    await Promise.all([
      this.#parts.delivery.close({ deadlineMs: leftMs }),
      this.#fallback ? this.#fallback.close({ deadlineMs: leftMs }) : this.#closeWorker(leftMs),
    ]);
    release();
  }

  endNow(): void {
    const { delivery, counts } = this.#parts;
    if (!this.#isClosed) {
      this.#isClosed = true;
      if (this.#fallback) this.#fallback.spillSync();
      else this.#endWorker();
      counts.dropped.closed += this.#settlement.settleRest();
    }
    delivery.spillSync();
  }

  stats(): TargetStats {
    if (this.#fallback) this.#lanes.note(this.#fallback.stats());
    const sinks = { ...this.#lanes.stats(), ...this.#parts.delivery.stats() };
    const { state, crashes } = this.#keeper;
    return { sinks, worker: { state, crashes } };
  }

  #hasRoom(bytes: number): boolean {
    const { limits, counts, reporter } = this.#parts;
    const { maxPendingExchanges, maxPendingBytes } = limits;
    const isAlone = this.pending === 0;
    if (isAlone || (this.pending < maxPendingExchanges && this.#flights.bytes + bytes <= maxPendingBytes)) return true;
    counts.dropped.overloaded++;
    reporter.reportEachMinute(
      'worker-overloaded',
      () =>
        new LoggingError(
          'RECORDS_DROPPED',
          'Requests end faster than the worker makes records of them, so some get none ' +
            `(maxPendingExchanges is ${maxPendingExchanges}, maxPendingBytes is ${maxPendingBytes}). ` +
            'What follows within a minute is only counted, see stats().',
        ),
    );
    return false;
  }

  /** Makes the record in this thread, for all sinks. */
  #makeHere(snapshot: Snapshot, exchange?: Exchange): void {
    const { counts, factory, finish, delivery, setup } = this.#parts;
    const made = factory.make(snapshot);
    if (!made) {
      counts.dropped.failed++;
      return;
    }
    const record = exchange ? finish(made, exchange) : made;
    if (!this.#fallback && setup.sinks.length > 0) {
      if (!this.#hasRoom(bytesOf(snapshot))) return;
      this.#flights.addRecord(record, bytesOf(snapshot));
      this.#settlement.take();
      this.#sendSoon();
    } else counts.recorded++;
    delivery.push(record);
    this.#fallback?.push(record);
  }

  #sendSoon(): void {
    if (this.#flights.holdsFullBatch) this.#send();
    else this.#sendTimer ??= setTimeout(() => this.#send(), SEND_AFTER_MS).unref();
  }

  #send(): void {
    clearTimeout(this.#sendTimer);
    this.#sendTimer = undefined;
    if (!this.#keeper.hasWorker) return;
    for (let next = this.#flights.depart(); next; next = this.#flights.depart()) {
      const { number, flight } = next;
      if (!this.#hasPosted(number, flight)) this.#flights.land(number);
    }
  }

  /** Whether it was sent. If not, its parts will be, or it is the part that cannot be sent, and has failed. */
  #hasPosted(number: number, flight: Flight): boolean {
    const { snapshots, records } = flight;
    try {
      this.#keeper.post({ kind: 'batch', number, facts: this.#facts.untold(), snapshots, records });
      this.#facts.wasTold();
      return true;
    } catch (cause) {
      if (!this.#flights.divide(flight)) this.#fail(flight, 'could not be sent to the worker', cause);
      return false;
    }
  }

  #receive(message: FromWorker): void {
    if ('sinks' in message) this.#lanes.note(message.sinks);
    switch (message.kind) {
      case 'done':
        return this.#landed(message);
      case 'flushed':
        this.#flushes.get(message.number)?.();
        this.#flushes.delete(message.number);
        return;
      case 'progress':
        return this.#tellDrops(message.drops);
      case 'report':
        return this.#report(hearError(message.error));
      case 'closed':
        this.#whenClosed(true);
    }
  }

  #tellDrops(drops: readonly Drop[]): void {
    const { onDrop, reporter } = this.#parts;
    const message = 'onDrop failed. Delivery goes on.';
    const onFailure = (): void => reporter.reportOnce(message, new LoggingError('HOOK_FAILED', message));
    for (const drop of drops) callHook(() => onDrop(drop), onFailure);
  }

  #report(error: LoggingError): void {
    const { reporter } = this.#parts;
    if (TOLD_ONCE.has(error.code)) reporter.reportOnce(error.message, error);
    else reporter.report(error);
  }

  #landed({ number, failed, records = [] }: BatchDone): void {
    const flight = this.#flights.land(number);
    if (!flight) return;
    const { counts, delivery } = this.#parts;
    for (const record of records) delivery.push(PackedRecord.revive(record));
    counts.recorded += sizeOf(flight) - failed;
    counts.dropped.failed += failed;
    this.#settlement.settle(sizeOf(flight));
    // What found no room in flight goes now; what waits for a batch to fill goes on waiting.
    if (this.#sendTimer === undefined) this.#send();
  }

  #fail(flight: Flight, what: string, cause: unknown): void {
    const { counts, reporter } = this.#parts;
    counts.dropped.failed += sizeOf(flight);
    const message = `Records ${what} and are counted as failed. See error.cause.`;
    reporter.reportOnce(message, new LoggingError('CAPTURE_FAILED', message, { cause: quietCause(cause) }));
    this.#settlement.settle(sizeOf(flight));
  }

  #allTaken(): Promise<void> {
    if (this.pending > 0) this.#send();
    return this.#settlement.allTaken();
  }

  #flushWorker(): Promise<void> {
    if (this.#fallback) return this.#fallback.flush();
    if (this.#isClosed || this.#parts.setup.sinks.length === 0) return Promise.resolve();
    const number = ++this.#lastFlush;
    const flushed = new Promise<void>(resolve => this.#flushes.set(number, resolve));
    this.#keeper.post({ kind: 'flush', number });
    return flushed;
  }

  #started(): void {
    this.#facts = this.#parts.tellFacts();
    this.#send();
    for (const number of this.#flushes.keys()) this.#keeper.post({ kind: 'flush', number });
  }

  #crashed(cause: unknown): void {
    const { reporter } = this.#parts;
    const losses = this.#lanes.end('crashed');
    const lost = losses.map(({ sink, count }) => ` Sink "${sink}" lost ${count} of its records.`).join('');
    const hasGivenUp = this.#keeper.state === 'given-up';
    const next = this.#isClosed
      ? 'None is started in its place: close() was called.'
      : hasGivenUp
        ? 'Too many have ended one after the other, so records are made in the thread of the application from now on.'
        : 'Another one is started.';
    const compose = () =>
      new LoggingError('WORKER_FAILED', `The worker thread has ended: ${wordsFor(cause)}. ${next}${lost}`, {
        cause: quietCause(cause),
      });
    if (hasGivenUp) reporter.report(compose());
    else reporter.reportEachMinute('worker-crashed', compose);
    const givenUp = this.#flights.comeBack();
    if (givenUp) this.#fail(givenUp, 'ended two workers', cause);
    this.#tellDrops(losses);
    if (this.#isClosed) this.#whenClosed(false);
    else if (hasGivenUp) this.#fallBack(cause);
  }

  #fallBack(cause: unknown): void {
    const fallback = this.#parts.makeFallback(this.#keeper.endedThreads);
    this.#fallback = fallback;
    fallback.open();
    this.#makeRestHere(cause);
  }

  #makeRestHere(cause: unknown): void {
    const end = performance.now() + SLICE_MS;
    while (performance.now() < end) {
      const flight = this.#flights.shift();
      if (!flight) return this.#resolveFlushes();
      // It may be what ended the workers, and here it would end the application.
      if (flight.crashes > 0) this.#fail(flight, 'were in hand when a worker ended', cause);
      else this.#makeFlightHere(flight);
    }
    setImmediate(() => this.#makeRestHere(cause));
  }

  #makeFlightHere(flight: Flight): void {
    for (const snapshot of flight.snapshots) this.#makeHere(snapshot);
    for (const record of flight.records) {
      this.#fallback?.push(record);
      this.#parts.counts.recorded++;
    }
    this.#settlement.settle(sizeOf(flight));
  }

  #resolveFlushes(): void {
    const resolves = [...this.#flushes.values()];
    this.#flushes.clear();
    void this.#fallback?.flush().then(() => resolves.forEach(resolve => resolve()));
  }

  /** Gives the worker all that waits, and the time to put it where it outlives the process. */
  #endWorker(): void {
    const { counts, reporter } = this.#parts;
    const notes = new Int32Array(new SharedArrayBuffer(END_NOTES.length * Int32Array.BYTES_PER_ELEMENT));
    let given = this.#flights.flying;
    for (let flight = this.#flights.shift(); flight; flight = this.#flights.shift()) {
      if (this.#hasPosted(0, flight)) given += sizeOf(flight);
    }
    this.#keeper.post({ kind: 'end', notes });
    const hasWorker = this.#keeper.hasWorker;
    const isDone = hasWorker && Atomics.wait(notes, END_NOTES.isDone, 0, END_WAIT_MS) !== 'timed-out';
    const lost = isDone ? notes[END_NOTES.lost]! : given;
    if (isDone) {
      counts.recorded += given;
      this.#settlement.settle(given);
    }
    if (lost === 0) return;
    const why = isDone ? 'before they were delivered; close() waits for that' : 'and its worker thread gave no answer';
    reporter.report(new LoggingError('RECORDS_DROPPED', `The process exited ${why}: ${lost} records are lost.`));
  }

  async #closeWorker(deadlineMs: number): Promise<void> {
    let hasClosed = false;
    if (this.#keeper.hasWorker) {
      const closed = new Promise<boolean>(resolve => (this.#whenClosed = resolve));
      this.#keeper.post({ kind: 'close', deadlineMs });
      await settledWithin(
        deadlineMs + CLOSE_GRACE_MS,
        closed.then(told => (hasClosed = told)),
      );
    }
    await this.#keeper.close();
    const { counts } = this.#parts;
    counts.dropped.closed += this.#settlement.settleRest();
    if (!hasClosed) this.#tellDrops(this.#lanes.end('closed'));
    for (const resolve of this.#flushes.values()) resolve();
    this.#flushes.clear();
  }
}

function wordsFor(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'it ran out of memory (see worker.maxHeapMiB)';
  return 'see error.cause';
}
