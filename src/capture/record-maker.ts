import { LoggingError } from '../errors';
import type { SelectionOptions } from '../decorators/selection-options';
import type { PlanId } from '../record/snapshot';
import type { Redactor } from '../redact/redactor';
import { quietCause } from '../quiet-cause';
import type { Reporter } from '../reporter';
import type { ActionBinding } from './action-binding';
import type { Exchange } from './exchange';
import { matchedBinding } from './host-seam';
import { type LoadSheddingOptions, LoadShedder, type LoadState } from './load-shedder';
import { PendingExchanges, type PendingLimits } from './pending-exchanges';
import { type ProcessTime, processTime } from './process-time';
import { sampleWeight, type Selection, selectionFor, type UnmatchedPolicy } from './selection';
import type { ExchangeCounts, SnapshotTarget } from './snapshot-target';
import { type SnapshotHooks, SnapshotTaker } from './take-snapshot';
import { TimeSlices } from './time-slices';
import { runUserCode } from './user-code';

export interface RecordMakerOptions extends PendingLimits {
  readonly selection: SelectionOptions;
  readonly unmatched: UnmatchedPolicy;
  readonly maxBodyBytes: number;
  readonly loadShedding: Required<LoadSheddingOptions> | false;
  readonly hooks: SnapshotHooks;
}

/**
 * Turns closed exchanges into snapshots for a target that makes records of them, in slices between requests.
 */
export class RecordMaker {
  /** From 0 to 1; decides about sampling. */
  random = Math.random;
  readonly #pending: PendingExchanges;
  readonly #slices: TimeSlices;
  readonly #shedder: LoadShedder | undefined;
  readonly #selections = new Map<ActionBinding | undefined, Selection>();
  readonly #parameters = new Map<ActionBinding, PlanId | null>();
  readonly #snapshots: SnapshotTaker;
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly options: RecordMakerOptions,
    private readonly redactor: Redactor,
    private readonly reporter: Reporter,
    private readonly target: SnapshotTarget,
    readonly counts: ExchangeCounts,
    time: ProcessTime = processTime(),
  ) {
    this.#pending = new PendingExchanges(options);
    this.#slices = new TimeSlices(
      this.#pending,
      () => this.#makeRecord(this.#pending.take()),
      () => this.#becameIdle(),
      time,
    );
    const work = { spentMs: () => this.#slices.workMs, backlog: () => this.#pending.fill };
    if (options.loadShedding) this.#shedder = new LoadShedder(options.loadShedding, { reporter, work, time });
    this.#snapshots = new SnapshotTaker(redactor, options.hooks, options.maxBodyBytes, reporter);
  }

  get pending(): number {
    return this.#pending.length;
  }

  get load(): LoadState {
    return this.#shedder?.state ?? { recordsOneOf: 1, eventLoopDelayMs: null };
  }

  /**
   * Takes a closed exchange; only notes it, because this may still run inside a request. What is left out is let go at
   * once: until its turn came it would take room from the others, and the garbage collector would move it about.
   */
  accept(exchange: Exchange): void {
    if (!this.#isSelected(exchange)) return;
    if (!this.#pending.add(exchange)) return this.#overloaded();
    this.#slices.schedule();
    if (this.#pending.hasGathered) this.#slices.hurry();
  }

  /** Resolves when every exchange accepted so far has been dealt with. */
  idle(): Promise<void> {
    if (this.#pending.length === 0) return Promise.resolve();
    return new Promise(resolve => this.#whenIdle.push(resolve));
  }

  /** Makes records of all that is pending before it returns, but for so long at most; the rest is counted as lost. */
  finishNow(budgetMs: number): void {
    this.#slices.finishNow(budgetMs);
    this.counts.dropped.closed += this.#pending.clear();
    this.#becameIdle();
  }

  /** Nothing more will be accepted. */
  close(): void {
    this.#shedder?.stop();
  }

  #becameIdle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  #overloaded(): void {
    this.counts.dropped.overloaded++;
    this.reporter.reportEachMinute('overloaded', () => {
      const { maxPendingExchanges, maxPendingBytes } = this.options;
      return new LoggingError(
        'RECORDS_DROPPED',
        'Requests end faster than records can be made of them, so some get none ' +
          `(maxPendingExchanges is ${maxPendingExchanges}, maxPendingBytes is ${maxPendingBytes}). ` +
          'What follows within a minute is only counted, see stats().',
      );
    });
  }

  #isSelected(exchange: Exchange): boolean {
    try {
      exchange.binding ??= matchedBinding(exchange.context);
      const selection = this.#selectionOf(exchange.binding);
      const weight = sampleWeight(exchange, selection, this.options.unmatched, this.random, this.#shedder?.share());
      if (weight === 'shed') this.counts.dropped.shed++;
      else if (weight === 0) this.counts.notSelected++;
      else exchange.sampleWeight = weight;
      return weight !== 'shed' && weight !== 0;
    } catch (cause) {
      this.#failed(cause);
      return false;
    }
  }

  #makeRecord(exchange: Exchange): void {
    try {
      const { binding } = exchange;
      const selection = this.#selectionOf(binding);
      if (this.#isWanted(exchange, selection)) {
        this.target.take(this.#snapshots.take(exchange, selection, this.#parametersOf(binding)), exchange);
      } else {
        this.counts.notSelected++;
      }
    } catch (cause) {
      this.#failed(cause);
    }
  }

  #failed(cause: unknown): void {
    this.counts.dropped.failed++;
    this.reporter.reportOnce(
      'record',
      new LoggingError('CAPTURE_FAILED', 'A record could not be made and is counted as failed. See error.cause.', {
        cause: quietCause(cause),
      }),
    );
  }

  #selectionOf(binding: ActionBinding | undefined): Selection {
    let selection = this.#selections.get(binding);
    if (!selection) this.#selections.set(binding, (selection = selectionFor(binding, this.options.selection)));
    return selection;
  }

  #parametersOf(binding: ActionBinding | undefined): PlanId | null {
    if (!binding) return null;
    const known = this.#parameters.get(binding);
    if (known !== undefined) return known;
    const plan = this.redactor.planParameters(binding.parameters);
    this.#parameters.set(binding, plan);
    for (const { code, message } of binding.warnings)
      this.reporter.reportOnce(message, new LoggingError(code, message));
    return plan;
  }

  #isWanted(exchange: Exchange, { when }: Selection): boolean {
    if (!when) return true;
    const { context, binding } = exchange;
    const answer = runUserCode('when', this.reporter, when, {
      method: context.method,
      path: context.path,
      status: exchange.status,
      durationMs: exchange.durationMs,
      handler: binding ? { controller: binding.controller.name, action: binding.action, route: binding.route } : null,
      error: exchange.error,
    });
    return answer !== false;
  }
}
