import { expireAt } from '../record/expire-at';
import type { LossRecord, ServiceInfo } from '../record/log-record';
import { UuidV7Source } from '../record/uuid-v7';
import type { DropReason } from './lane-stats';

const LEAST_GAP_MS = 60_000;
const MOST_REFUSALS = 3;

/** Who writes loss records. */
export interface LossOrigin {
  readonly service: ServiceInfo;
  /** How long stores keep them; `undefined` leaves that to the sink. */
  readonly expireAfterDays: number | undefined;
}

/** Remembers what one lane has lost until it can be told to the sink itself, at most once a minute. */
export class LossNotes {
  readonly #ids = new UuidV7Source();
  #reasons: Record<string, number> = {};
  #lost = 0;
  #since: Date | null = null;
  #lastAt: Date | null = null;
  #toldAt: Date | null = null;
  #refusals = 0;

  constructor(private readonly origin: LossOrigin) {}

  add(reason: DropReason, records: number, at: Date): void {
    if (records === 0) return;
    this.#lost += records;
    this.#reasons[reason] = (this.#reasons[reason] ?? 0) + records;
    this.#since ??= at;
    this.#lastAt = at;
  }

  /** Remembers anew what a loss record told that was itself lost. */
  restore({ reasons, lost, since, at }: LossRecord): void {
    this.#lost += lost;
    for (const [reason, records] of Object.entries(reasons)) {
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + records;
    }
    if (!this.#since || since < this.#since) this.#since = since;
    this.#lastAt ??= at;
  }

  /** The sink did not take a loss record. One that never does is left alone with them. */
  refused(): void {
    this.#refusals++;
  }

  /** The record to write now, if it is time for one. `isLast` says that there will be no other time. */
  take(now: Date, isLast: boolean): LossRecord | null {
    const { service, expireAfterDays } = this.origin;
    const since = this.#since;
    const at = this.#lastAt;
    if (this.#refusals >= MOST_REFUSALS || !since || !at) return null;
    if (!isLast && this.#toldAt && now.getTime() - this.#toldAt.getTime() < LEAST_GAP_MS) return null;
    const record: LossRecord = {
      _id: this.#ids.make(now.getTime()),
      schema: 1,
      kind: 'loss',
      level: 'warn',
      service,
      at,
      since,
      lost: this.#lost,
      reasons: this.#reasons,
      minute: Math.floor(at.getTime() / 60_000),
      ...(expireAfterDays !== undefined && { expireAt: expireAt(at, expireAfterDays) }),
    };
    this.#toldAt = now;
    this.#reasons = {};
    this.#lost = 0;
    this.#since = this.#lastAt = null;
    return record;
  }
}
