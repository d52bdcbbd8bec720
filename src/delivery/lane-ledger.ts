import { callHook } from '../call-hook';
import type { Clock } from './clock';
import { publishDrop } from './lane-events';
import type { LaneReports } from './lane-reports';
import { noDrops, type Drop, type DropReason, type LaneStats } from './lane-stats';
import type { LossRecord } from '../record/log-record';
import type { LossNotes } from './loss-notes';
import type { QueuedRecord } from './queued-record';

type LedgerStats = Pick<
  LaneStats,
  | 'accepted'
  | 'recovered'
  | 'delivered'
  | 'dropped'
  | 'batches'
  | 'retries'
  | 'failingSince'
  | 'lastError'
  | 'lastDeliveredAt'
>;

/**
 * What has become of the records of one lane so far. Where they are now is known by its queue, its spool and its batch in
 * flight: a record leaves those and is counted here before any hook runs, so that the sum holds for whoever looks.
 */
export class LaneLedger {
  accepted = 0;
  batches = 0;
  retries = 0;
  #recovered = 0;
  #delivered = 0;
  readonly #dropped = noDrops();
  #failingSince: Date | null = null;
  #lastError: string | null = null;
  #lastDeliveredAt: Date | null = null;
  readonly #untold = new Map<DropReason, { count: number; because: string }>();

  constructor(
    private readonly sinkName: string,
    private readonly clock: Clock,
    private readonly reports: LaneReports,
    private readonly losses: LossNotes,
    private readonly onDrop: ((drop: Drop) => void) | undefined,
  ) {}

  get counts(): LedgerStats {
    return {
      accepted: this.accepted,
      recovered: this.#recovered,
      delivered: this.#delivered,
      dropped: { ...this.#dropped },
      batches: this.batches,
      retries: this.retries,
      failingSince: this.#failingSince,
      lastError: this.#lastError,
      lastDeliveredAt: this.#lastDeliveredAt,
    };
  }

  get failingSince(): Date | null {
    return this.#failingSince;
  }

  get droppedInAll(): number {
    return Object.values(this.#dropped).reduce((sum, count) => sum + count, 0);
  }

  /** Counts records that an earlier process left. */
  recover(records: number): void {
    this.accepted += records;
    this.#recovered += records;
  }

  /** Counts records as delivered; 0 still says that the sink works again. */
  delivered(records: number): void {
    this.#delivered += records;
    if (records > 0) this.#lastDeliveredAt = this.clock.date();
    this.#failingSince = null;
  }

  failed(reason: string): void {
    this.#failingSince ??= this.clock.date();
    this.#lastError = reason;
  }

  drop(reason: DropReason, entries: readonly QueuedRecord[], because: string): void {
    const losses = entries.flatMap(({ record }) => (record.kind === 'loss' ? [record] : []));
    for (const loss of losses) this.losses.restore(loss.unpack() as LossRecord);
    if (losses.length > 0 && reason === 'rejected') this.losses.refused();
    this.#count(reason, entries.length, because);
    this.losses.add(reason, entries.length - losses.length, this.clock.date());
  }

  /** For records of which nothing is known but their number. */
  dropUnread(reason: DropReason, records: number, because: string): void {
    this.#count(reason, records, because);
    this.losses.add(reason, records, this.clock.date());
  }

  /** Tells what was dropped since the last time. */
  tellDrops(): void {
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const [reason, { count, because }] of untold) {
      const drop: Drop = { sink: this.sinkName, reason, count };
      this.reports.dropped(reason, count, because);
      publishDrop(drop);
      const { onDrop } = this;
      if (!onDrop) continue;
      callHook(
        () => onDrop(drop),
        () => this.reports.hookFailed('onDrop'),
      );
    }
  }

  // A full queue loses a record with every request; one call for all of a moment is enough.
  #count(reason: DropReason, count: number, because: string): void {
    if (count === 0) return;
    this.#dropped[reason] += count;
    if (reason === 'rejected') this.#lastError = because;
    if (this.#untold.size === 0) this.clock.defer(() => this.tellDrops());
    const untold = this.#untold.get(reason);
    this.#untold.set(reason, { count: (untold?.count ?? 0) + count, because });
  }
}
