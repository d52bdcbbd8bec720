import type { Exchange } from '../capture/exchange';
import type { ExchangeCounts } from '../capture/snapshot-target';
import type { Delivery } from '../delivery/delivery';
import type { PackedRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';
import type { RecordFactory } from './record-factory';
import type { RecordTarget, TargetStats } from './record-target';

/** Adds what only the application's thread knows to a record, before it is delivered. */
export type FinishRecord = (record: PackedRecord, exchange: Exchange) => PackedRecord;

/** Makes and delivers records in this thread, each at once. */
export class LocalTarget implements RecordTarget {
  readonly pending = 0;

  constructor(
    private readonly factory: RecordFactory,
    private readonly delivery: Delivery,
    private readonly counts: ExchangeCounts,
    private readonly finish: FinishRecord,
  ) {}

  open(): void {
    this.delivery.open();
  }

  take(snapshot: Snapshot, exchange: Exchange): void {
    const record = this.factory.make(snapshot);
    if (!record) {
      this.counts.dropped.failed++;
      return;
    }
    this.delivery.push(this.finish(record, exchange));
    this.counts.recorded++;
  }

  flush(): Promise<void> {
    return this.delivery.flush();
  }

  close(deadlineMs: number): Promise<void> {
    return this.delivery.close({ deadlineMs });
  }

  endNow(): void {
    this.delivery.spillSync();
  }

  stats(): TargetStats {
    return { sinks: this.delivery.stats() };
  }
}
