import { LoggingError, type LoggingErrorCode, type Report } from '../errors';
import type { Clock } from './clock';
import type { DeliveryOptions } from './delivery-options';
import type { DropReason } from './lane-stats';

const LEAST_GAP_MS = 60_000;
const SEE_STATS = 'What follows within a minute is only counted, see stats().';

// The errors of sinks are told by their message and not attached as `cause`: drivers keep whole documents in theirs
// (FACTS M12), and a report may be printed with all it holds.

/** Tells what goes wrong in one lane, each kind at most once a minute. */
export class LaneReports {
  readonly #lastAt = new Map<string, number>();
  readonly #untold: Record<DropReason, number> = { 'queue-full': 0, rejected: 0, closed: 0 };

  constructor(
    private readonly sinkName: string,
    private readonly report: Report,
    private readonly clock: Clock,
    private readonly options: Required<DeliveryOptions>,
  ) {}

  /** Returns whether it was told now. */
  openFailed(reason: string): boolean {
    const next = `Its records are kept, up to ${this.options.maxQueueRecords}, and it is tried again.`;
    return this.#tell('SINK_OPEN_FAILED', () => `${this.#sink} could not be opened: ${reason}. ${next}`);
  }

  /** Returns whether it was told now. */
  writeFailed(reason: string, records: number): boolean {
    const next = `They are tried again; up to ${this.options.maxQueueRecords} more wait behind them.`;
    const compose = () => `${this.#sink} did not take a batch of ${count(records)}: ${reason}. ${next}`;
    return this.#tell('SINK_WRITE_FAILED', compose);
  }

  rejectionsMisplaced(rejections: number): void {
    const compose = () =>
      `${this.#sink} rejected ${count(rejections)} that its batch does not hold. ` +
      'This is a fault of the sink; these rejections are ignored.';
    this.#tell('SINK_WRITE_FAILED', compose, 'misplaced');
  }

  closeFailed(reason: string): void {
    this.#tell('SINK_CLOSE_FAILED', () => `${this.#sink} could not be closed: ${reason}.`);
  }

  hookFailed(hook: string): void {
    this.#tell('HOOK_FAILED', () => `${hook} failed for sink "${this.sinkName}". Delivery goes on. ${SEE_STATS}`, hook);
  }

  dropped(reason: DropReason, records: number, because: string): void {
    const untold = (this.#untold[reason] += records);
    const compose = () => `${this.#loss(reason, count(untold), because)} ${SEE_STATS}`;
    if (this.#tell('RECORDS_DROPPED', compose, reason)) this.#untold[reason] = 0;
  }

  get #sink(): string {
    return `Sink "${this.sinkName}"`;
  }

  #loss(reason: DropReason, records: string, because: string): string {
    const { maxQueueRecords, maxQueueBytes } = this.options;
    switch (reason) {
      case 'queue-full':
        return (
          `${this.#sink} lost ${records}: its queue is full ` +
          `(delivery.maxQueueRecords is ${maxQueueRecords}, delivery.maxQueueBytes is ${maxQueueBytes}).`
        );
      case 'rejected':
        return `${this.#sink} can never take ${records}, now dropped: ${because}.`;
      case 'closed':
        return `${this.#sink} lost ${records}: ${because}.`;
    }
  }

  // Composed only when told: in an outage this is called for every record that a full queue loses.
  #tell(code: LoggingErrorCode, compose: () => string, kind: string = code): boolean {
    const now = this.clock.now();
    const lastAt = this.#lastAt.get(kind);
    if (lastAt !== undefined && now - lastAt < LEAST_GAP_MS) return false;
    this.#lastAt.set(kind, now);
    this.report(new LoggingError(code, compose()));
    return true;
  }
}

function count(records: number): string {
  return records === 1 ? '1 record' : `${records} records`;
}
