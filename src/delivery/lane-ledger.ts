import { callHook } from './call-hook';
import type { LaneReports } from './lane-reports';
import type { Drop, DropReason, LaneStats } from './lane-stats';

/**
 * What has become of the records of one lane so far. Where they are now is told by its queue and its batch in flight: a
 * record leaves those and is counted here before any hook runs, so that the sum holds for whoever looks.
 */
export class LaneLedger {
  accepted = 0;
  batches = 0;
  retries = 0;
  #delivered = 0;
  readonly #dropped: Record<DropReason, number> = { 'queue-full': 0, rejected: 0, closed: 0 };
  #failingSince: Date | null = null;
  #lastError: string | null = null;
  #lastDeliveredAt: Date | null = null;

  constructor(
    private readonly sinkName: string,
    private readonly reports: LaneReports,
    private readonly onDrop: ((drop: Drop) => void) | undefined,
  ) {}

  get counts(): Omit<LaneStats, 'state' | 'queued' | 'queuedBytes' | 'inFlight'> {
    return {
      accepted: this.accepted,
      delivered: this.#delivered,
      dropped: { ...this.#dropped },
      batches: this.batches,
      retries: this.retries,
      failingSince: this.#failingSince,
      lastError: this.#lastError,
      lastDeliveredAt: this.#lastDeliveredAt,
    };
  }

  /** Counts records as delivered; 0 still says that the sink works again. */
  delivered(records: number, at: Date): void {
    this.#delivered += records;
    if (records > 0) this.#lastDeliveredAt = at;
    this.#failingSince = null;
  }

  failed(reason: string, at: Date): void {
    this.#failingSince ??= at;
    this.#lastError = reason;
  }

  drop(reason: DropReason, count: number, because: string): void {
    this.#dropped[reason] += count;
    if (reason === 'rejected') this.#lastError = because;
    this.reports.dropped(reason, count, because);
    const { onDrop } = this;
    if (!onDrop) return;
    const drop: Drop = { sink: this.sinkName, reason, count };
    callHook(
      () => onDrop(drop),
      () => this.reports.hookFailed('onDrop'),
    );
  }
}
