import { LoggingError } from '../errors';
import type { SelectionOptions } from '../decorators/selection-options';
import { buildRecord } from '../record/build-record';
import type { LogRecord, ServiceInfo } from '../record/log-record';
import type { PlanId } from '../record/snapshot';
import type { Redactor } from '../redact/redactor';
import { quietCause } from '../quiet-cause';
import type { Reporter } from '../reporter';
import type { ActionBinding } from './action-binding';
import { type Attributes, plainAttributes } from './attributes';
import type { Exchange } from './exchange';
import { matchedBinding } from './host-seam';
import { sampleWeight, type Selection, selectionFor, type UnmatchedPolicy } from './selection';
import { type SnapshotHooks, SnapshotTaker } from './take-snapshot';
import { runUserCode } from './user-code';

/** Longest uninterrupted work on records, so that requests never wait longer for it. */
const SLICE_MS = 5;

export interface RecordMakerOptions {
  readonly service: ServiceInfo;
  readonly selection: SelectionOptions;
  readonly unmatched: UnmatchedPolicy;
  readonly maxBodyBytes: number;
  readonly maxPendingExchanges: number;
  readonly hooks: SnapshotHooks & { readonly onRecord?: ((record: LogRecord) => Attributes | void) | undefined };
}

/** What became of the exchanges that came in. */
export interface ExchangeCounts {
  /** Requests that the middleware took up. */
  seen: number;
  /** Exchanges that became records. */
  recorded: number;
  /** Exchanges left out by `@Logged(false)`, sampling, `when` or `unmatched`. */
  notSelected: number;
  /** Records lost before they reached any sink. */
  readonly dropped: {
    /** Exchanges closed faster than records could be made. */
    overloaded: number;
    /** Making the record failed; see `onError`. */
    failed: number;
    /** Still open when the logging was closed. */
    closed: number;
  };
}

interface ActionRules {
  readonly selection: Selection;
  readonly parameters: PlanId | null;
}

/**
 * Makes records of closed exchanges, in slices between requests: selection, snapshot, redaction, record.
 */
export class RecordMaker {
  readonly counts: ExchangeCounts = {
    seen: 0,
    recorded: 0,
    notSelected: 0,
    dropped: { overloaded: 0, failed: 0, closed: 0 },
  };
  /** From 0 to 1; what sampling goes by. */
  random = Math.random;
  readonly #pending: Exchange[] = [];
  readonly #rules = new Map<ActionBinding | undefined, ActionRules>();
  readonly #snapshots: SnapshotTaker;
  #isScheduled = false;
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly options: RecordMakerOptions,
    private readonly redactor: Redactor,
    private readonly reporter: Reporter,
    private readonly deliver: (record: LogRecord, exchange: Exchange) => void,
  ) {
    this.#snapshots = new SnapshotTaker(redactor, options.hooks, options.maxBodyBytes, reporter);
  }

  get pending(): number {
    return this.#pending.length;
  }

  /** Takes a closed exchange; only notes it, because this may still run inside a request. */
  accept(exchange: Exchange): void {
    if (this.#pending.length >= this.options.maxPendingExchanges) {
      this.counts.dropped.overloaded++;
      return;
    }
    this.#pending.push(exchange);
    this.#schedule();
  }

  /** Resolves when every exchange accepted so far has been dealt with. */
  idle(): Promise<void> {
    if (this.#pending.length === 0) return Promise.resolve();
    return new Promise(resolve => this.#whenIdle.push(resolve));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#runSlice());
  }

  #runSlice(): void {
    this.#isScheduled = false;
    const end = performance.now() + SLICE_MS;
    let done = 0;
    do this.#makeRecord(this.#pending[done++]!);
    while (done < this.#pending.length && performance.now() < end);
    this.#pending.splice(0, done);
    if (this.#pending.length > 0) return this.#schedule();
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  #makeRecord(exchange: Exchange): void {
    try {
      exchange.binding ??= matchedBinding(exchange.context);
      const { selection, parameters } = this.#rulesOf(exchange.binding);
      const weight = sampleWeight(exchange, selection, this.options.unmatched, this.random);
      if (weight === 0 || !this.#isWanted(exchange, selection)) {
        this.counts.notSelected++;
        return;
      }
      const snapshot = this.#snapshots.take(exchange, selection, weight, parameters);
      const record = buildRecord(snapshot, this.redactor.redact(snapshot), this.options.service);
      this.deliver(this.#withHookAttributes(record), exchange);
      this.counts.recorded++;
    } catch (cause) {
      this.counts.dropped.failed++;
      this.reporter.reportOnce(
        'record',
        new LoggingError('CAPTURE_FAILED', 'A record could not be made and is counted as failed. See error.cause.', {
          cause: quietCause(cause),
        }),
      );
    }
  }

  #rulesOf(binding: ActionBinding | undefined): ActionRules {
    const known = this.#rules.get(binding);
    if (known) return known;
    const rules: ActionRules = {
      selection: selectionFor(binding, this.options.selection),
      parameters: binding ? this.redactor.planParameters(binding.parameters) : null,
    };
    this.#rules.set(binding, rules);
    for (const { code, message } of binding?.warnings ?? []) {
      this.reporter.reportOnce(message, new LoggingError(code, message));
    }
    return rules;
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

  #withHookAttributes(record: LogRecord): LogRecord {
    const { onRecord } = this.options.hooks;
    if (!onRecord) return record;
    const added = plainAttributes(runUserCode('onRecord', this.reporter, onRecord, record));
    if (!added) return record;
    return { ...record, attributes: { ...record.attributes, ...this.redactor.redactAttributes(added, record._id) } };
  }
}
