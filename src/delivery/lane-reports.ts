import { LoggingError, type LoggingErrorCode, type Report } from '../errors';
import type { Clock } from './clock';
import type { ResolvedDeliveryOptions } from './delivery-options';
import { noDrops, type DropReason } from './lane-stats';

const LEAST_GAP_MS = 60_000;
const SEE_STATS = 'What follows within a minute is only counted, see stats().';

/** An outage that is over. */
export interface Recovery {
  readonly downMs: number;
  /** Records that wait now. */
  readonly waiting: number;
  /** Records that were lost meanwhile. */
  readonly lost: number;
}

// Errors of sinks are reported by their message and not attached as `cause`: drivers keep whole documents in theirs, and
// a report may be printed with all it holds.

/** Tells what goes wrong in one lane, each kind at most once a minute. */
export class LaneReports {
  readonly #lastAt = new Map<string, number>();
  readonly #untold = noDrops();

  constructor(
    private readonly sinkName: string,
    private readonly report: Report,
    private readonly clock: Clock,
    private readonly options: ResolvedDeliveryOptions,
  ) {}

  /** Returns whether it was told now. */
  openFailed(reason: string): boolean {
    const next = `Its records are kept, ${this.#keptHow}, and it is tried again.`;
    return this.#tell('SINK_OPEN_FAILED', () => `${this.#sink} could not be opened: ${reason}. ${next}`);
  }

  /** Returns whether it was told now. */
  writeFailed(reason: string, records: number): boolean {
    const next = `They are tried again; more wait behind them, ${this.#keptHow}.`;
    const compose = () => `${this.#sink} did not take a batch of ${count(records)}: ${reason}. ${next}`;
    return this.#tell('SINK_WRITE_FAILED', compose);
  }

  /** Returns whether it was told now. */
  paused(reason: string): boolean {
    const next = `It is tried again every ${seconds(this.options.retryMaxDelayMs)}. Its records are kept, ${this.#keptHow}.`;
    const compose = () => `${this.#sink} stores nothing until its settings are changed: ${reason}. ${next}`;
    return this.#tell('SINK_PAUSED', compose);
  }

  recovered({ downMs, waiting, lost }: Recovery): void {
    const compose = () =>
      `${this.#sink} works again after ${seconds(downMs)}: ${count(waiting)} waited for it, ` +
      `${lost === 0 ? 'none was' : `${count(lost)} were`} lost.`;
    this.#tell('SINK_RECOVERED', compose);
  }

  spoolUsed(): void {
    const next = 'They are delivered from there when it takes more.';
    this.#tell('SPOOL_USED', () => `Records for ${this.#name} go to the disk, since memory has no room. ${next}`);
  }

  spoolFailed(reason: string): void {
    const { maxQueueRecords } = this.options;
    const next = `Until it works, records are kept in memory only, up to ${maxQueueRecords}.`;
    this.#tell('SPOOL_FAILED', () => `The spool of ${this.#name} does not work: ${reason}. ${next}`);
  }

  /** Rejected records whose content could not be kept. */
  deadLettersLost(letters: number, because: string): void {
    const next = 'They are counted as rejected, but their content is lost.';
    const compose = () => `${count(letters)} that ${this.#name} rejected could not be kept: ${because}. ${next}`;
    this.#tell('DEAD_LETTER_FAILED', compose);
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
    this.#tell('HOOK_FAILED', () => `${hook} failed for ${this.#name}. Delivery goes on. ${SEE_STATS}`, hook);
  }

  dropped(reason: DropReason, records: number, because: string): void {
    const untold = (this.#untold[reason] += records);
    const compose = () => `${this.#loss(reason, count(untold), because)} ${SEE_STATS}`;
    if (this.#tell('RECORDS_DROPPED', compose, reason)) this.#untold[reason] = 0;
  }

  get #name(): string {
    return `sink "${this.sinkName}"`;
  }

  get #sink(): string {
    return `Sink "${this.sinkName}"`;
  }

  get #keptHow(): string {
    const { spool, maxQueueRecords } = this.options;
    return spool ? `up to ${spool.maxBytes} bytes of them on the disk` : `up to ${maxQueueRecords}`;
  }

  #loss(reason: DropReason, records: string, because: string): string {
    const { maxQueueRecords, maxQueueBytes, spool } = this.options;
    switch (reason) {
      case 'queue-full':
        return (
          `${this.#sink} lost ${records}: its queue is full ` +
          `(delivery.maxQueueRecords is ${maxQueueRecords}, delivery.maxQueueBytes is ${maxQueueBytes}).`
        );
      case 'spool-full':
        return `${this.#sink} lost ${records}: its spool is full (delivery.spool.maxBytes is ${spool?.maxBytes}).`;
      case 'spool-damaged':
        return `${this.#sink} lost ${records} that lay in its spool: ${because}.`;
      case 'rejected':
        return `${this.#sink} can never take ${records}, now dropped: ${because}.`;
      case 'closed':
      case 'crashed':
        return `${this.#sink} lost ${records}: ${because}.`;
    }
  }

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

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
