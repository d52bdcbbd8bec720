import type { MessagePort } from 'node:worker_threads';
import { Delivery } from '../delivery/delivery';
import type { Drop } from '../delivery/lane-stats';
import { ReportOnce } from '../redact/report-once';
import { PackedRecord } from '../record/packed-record';
import { SnapshotRedactor } from '../redact/snapshot-redactor';
import { ToldClasses } from '../redact/told-classes';
import { Reporter } from '../reporter';
import { type Batch, END_NOTES, type EndNotes, type FromWorker, type ToWorker, type WorkerStart } from './messages';
import { RecipeSink } from './recipe-sink';
import { RecordFactory } from '../pipeline/record-factory';
import { tellError } from './told-error';

// Often enough for whoever looks at the counters; each message costs the application's thread some microseconds.
const PROGRESS_MS = 20;

/** What runs in the worker: makes records of the snapshots that come in, and delivers them. */
export class WorkerSide {
  readonly #setup: WorkerStart;
  readonly #port: MessagePort;
  readonly #classes: ToldClasses;
  readonly #factory: RecordFactory;
  readonly #delivery: Delivery;
  #drops: Drop[] = [];
  #isTelling = false;

  constructor(setup: WorkerStart, port: MessagePort) {
    this.#setup = setup;
    this.#port = port;
    const reporter = new Reporter(error => this.#post({ kind: 'report', error: tellError(error) }));
    this.#classes = new ToldClasses(setup.redact);
    const redactor = new SnapshotRedactor(setup.redact, this.#classes, new ReportOnce(reporter.report));
    this.#factory = new RecordFactory(redactor, setup.service, reporter);
    this.#delivery = new Delivery(
      setup.sinks.map(recipe => new RecipeSink(recipe, () => this.#tellSoon())),
      setup.delivery,
      {
        report: reporter.report,
        lossOrigin: setup.lossOrigin,
        endedThreads: setup.endedThreads,
        onDrop: drop => {
          this.#drops.push(drop);
          this.#tellSoon();
        },
      },
    );
  }

  start(): void {
    this.#delivery.open();
    this.#port.on('message', (message: ToWorker) => this.#receive(message));
  }

  #receive(message: ToWorker): void {
    switch (message.kind) {
      case 'batch':
        return this.#work(message);
      case 'flush':
        void this.#delivery.flush().then(() => this.#tell('flushed', message.number));
        return;
      case 'close':
        void this.#delivery.close({ deadlineMs: message.deadlineMs }).then(() => {
          this.#tellProgress();
          this.#post({ kind: 'closed', sinks: this.#delivery.stats() });
        });
        return;
      case 'end':
        this.#end(message.notes);
    }
  }

  #work({ number, facts, snapshots, records }: Batch): void {
    if (facts) this.#classes.learn(facts);
    const made: PackedRecord[] = [];
    for (const snapshot of snapshots) {
      const record = this.#factory.make(snapshot);
      if (record) made.push(record);
    }
    for (const record of made) this.#delivery.push(record);
    for (const record of records) this.#delivery.push(PackedRecord.revive(record));
    this.#post({
      kind: 'done',
      number,
      failed: snapshots.length - made.length,
      ...(this.#setup.returnsRecords && { records: made }),
      sinks: this.#delivery.stats(),
    });
  }

  /** The process exits: the application's thread waits for this, and can take no message any more. */
  #end(notes: EndNotes): void {
    this.#drops = [];
    this.#delivery.spillSync();
    notes[END_NOTES.lost] = this.#drops.reduce((sum, { count }) => sum + count, 0);
    Atomics.store(notes, END_NOTES.isDone, 1);
    Atomics.notify(notes, END_NOTES.isDone);
  }

  #tell(kind: 'flushed', number: number): void {
    this.#tellProgress();
    this.#post({ kind, number, sinks: this.#delivery.stats() });
  }

  #tellSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      this.#isTelling = false;
      this.#tellProgress();
    }, PROGRESS_MS).unref();
  }

  #tellProgress(): void {
    const drops = this.#drops;
    this.#drops = [];
    this.#post({ kind: 'progress', drops, sinks: this.#delivery.stats() });
  }

  #post(message: FromWorker): void {
    this.#port.postMessage(message);
  }
}
