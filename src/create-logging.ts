import type Koa from 'koa';
import type { Context, Middleware } from 'koa';
import { ErrorAnswers } from './capture/error-answers';
import { ErrorHandlers } from './capture/error-handlers';
import type { Exchange } from './capture/exchange';
import { Capture } from './capture/logging-middleware';
import { OpenExchanges } from './capture/open-exchanges';
import type { ProcessTime } from './capture/process-time';
import { withHookAttributes } from './capture/record-hook';
import { RecordMaker } from './capture/record-maker';
import { type ExchangeCounts, noExchanges } from './capture/snapshot-target';
import { type Attributes, plainAttributes } from './capture/attributes';
import { actionsOf, loadedActions, tellApps } from './capture/registered-actions';
import { coverActions } from './coverage/cover-actions';
import type { CoverageReport } from './coverage/coverage-report';
import { EXCHANGE } from './decorators/logging-interceptor';
import { Delivery } from './delivery/delivery';
import type { Drop } from './delivery/lane-stats';
import { LoggingError } from './errors';
import { type Inspectable, INSPECTION, type Inspection, type LoggingTap } from './inspection';
import { describeValue, refuseUnknownKeys, requireInteger } from './option-checks';
import type { CloseOptions, Logging, LoggingStats } from './logging';
import { type LoggingOptions, type ResolvedOptions, resolveOptions } from './options';
import type { JsonValue } from './record/json-value';
import type { LogRecord } from './record/log-record';
import type { PackedRecord } from './record/packed-record';
import { Redactor } from './redact/redactor';
import type { EncryptionKey } from './redact/redaction-keys';
import type { StoredRecord } from './redact/reveal';
import { Reporter } from './reporter';
import { type EndsWithProcess, endWithProcess } from './shutdown/end-with-process';
import { takesPacked } from './sinks/packed-batches';
import type { Sink } from './sinks/sink';
import { recipeOf, type SinkRecipe } from './sinks/sink-recipe';
import { LocalTarget } from './pipeline/local-target';
import { RecordFactory } from './pipeline/record-factory';
import type { RecordTarget } from './pipeline/record-target';
import { WorkerTarget } from './worker/worker-target';

/** Sinks that another thread can make, and those that are bound to this one. */
function byThread(sinks: readonly Sink[]) {
  const portable: { readonly sink: Sink; readonly recipe: SinkRecipe }[] = [];
  const bound: Sink[] = [];
  for (const sink of sinks) {
    const recipe = recipeOf(sink);
    if (recipe) portable.push({ sink, recipe });
    else bound.push(sink);
  }
  return { portable, bound };
}

/** Longest uninterrupted work on records that are still to be made when time is up, in milliseconds. */
const LAST_WORK_MS = 200;

class ComposedLogging implements Logging, Inspectable, EndsWithProcess {
  readonly #capture: Capture;
  readonly #errors: ErrorAnswers;
  readonly #open: OpenExchanges;
  readonly #maker: RecordMaker;
  readonly #target: RecordTarget;
  readonly #redactor: Redactor;
  readonly #reporter: Reporter;
  readonly #stopEndingWithProcess: () => void;
  readonly #apps = new Set<Koa>();
  #tap: LoggingTap | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    private readonly options: ResolvedOptions,
    time?: ProcessTime,
  ) {
    const { hooks } = options;
    const reporter = new Reporter(hooks.onError, error => this.#tap?.report(error));
    const redactor = new Redactor(options.redact, reporter.report);
    this.#redactor = redactor;
    this.#reporter = reporter;
    const counts = noExchanges();
    this.#target = this.#makeTarget(counts, reporter);
    this.#maker = new RecordMaker({ ...options, hooks }, redactor, reporter, this.#target, counts, time);
    this.#open = new OpenExchanges(options.handlerWaitMs);
    this.#errors = new ErrorAnswers(new ErrorHandlers(options.errorHandlers), redactor, reporter);
    this.#capture = new Capture(
      { ...options, onRequest: hooks.onRequest, apps: this.#apps },
      this.#open,
      this.#maker,
      this.#errors,
      reporter,
    );
    this.#target.open();
    this.#stopEndingWithProcess = options.enabled ? endWithProcess(this) : () => {};
  }

  #makeTarget(counts: ExchangeCounts, reporter: Reporter): RecordTarget {
    const { options } = this;
    const { hooks } = options;
    const redactor = this.#redactor;
    const factory = new RecordFactory(redactor, options.service, reporter);
    const finish = (record: PackedRecord, exchange: Exchange): PackedRecord => {
      const finished = withHookAttributes(record, hooks.onRecord, redactor, reporter);
      this.#tap?.record(finished.unpack() as LogRecord, exchange);
      return finished;
    };
    const onDrop = (drop: Drop): void => {
      this.#tap?.drop(drop);
      hooks.onDrop?.(drop);
    };
    const lossOrigin = { service: options.service, expireAfterDays: options.selection.expireAfterDays };
    const deliveryTo = (sinks: readonly Sink[], endedThreads: readonly number[] = []) =>
      new Delivery(sinks, options.delivery, { report: reporter.report, onDrop, lossOrigin, endedThreads });
    if (options.worker === false || !options.enabled) {
      return new LocalTarget(factory, deliveryTo(options.sinks), counts, finish);
    }
    const { portable, bound } = byThread(options.sinks);
    return new WorkerTarget({
      setup: {
        service: options.service,
        lossOrigin,
        redact: options.redact,
        delivery: options.delivery,
        sinks: portable.map(({ sink, recipe }) => ({ name: sink.name, takesPacked: takesPacked(sink), ...recipe })),
        returnsRecords: bound.length > 0,
      },
      options: options.worker,
      limits: options,
      counts,
      reporter,
      onDrop,
      tellFacts: () => redactor.facts(),
      // A tap is shown each record beside its exchange, which is here.
      isMadeHere: snapshot => this.#tap !== undefined || redactor.needsFunctions(snapshot),
      factory,
      finish,
      delivery: deliveryTo(bound),
      makeFallback: endedThreads =>
        deliveryTo(
          portable.map(({ sink }) => sink),
          endedThreads,
        ),
    });
  }

  middleware(): Middleware {
    // Switching the records off must not change what an error answers.
    const middleware: Middleware = this.options.enabled
      ? this.#capture.middleware()
      : (context, next) => this.#errors.use(context, next);
    return tellApps(middleware, { logging: this, apps: this.#apps });
  }

  annotate(context: Context, attributes: Attributes): void {
    const exchange = (context as { [EXCHANGE]?: Exchange } | null | undefined)?.[EXCHANGE];
    const added = exchange && plainAttributes(attributes);
    if (added) exchange.attributes = { ...exchange.attributes, ...added };
  }

  reveal(record: StoredRecord, path: string, key?: EncryptionKey): JsonValue {
    return this.#redactor.reveal(record, path, key);
  }

  hash(value: JsonValue | undefined): readonly string[] {
    const { hashKey, oldHashKeys } = this.options.redact;
    if (hashKey === null && oldHashKeys.length === 0) {
      throw new LoggingError('HASH_KEY_MISSING', 'hash(value) needs redact.hashKey, the key that made the hashes.');
    }
    const hashes = value === undefined ? [] : this.#redactor.hashesOf(value);
    if (hashes.length > 0) return hashes;
    throw new LoggingError(
      'OPTION_INVALID',
      `hash(value) needs a value that JSON can hold, got ${describeValue(value)}: null and what is missing have no hash.`,
    );
  }

  async flush(): Promise<void> {
    await this.#open.answered();
    await this.#maker.idle();
    await this.#target.flush();
  }

  async close(options: CloseOptions = {}): Promise<void> {
    refuseUnknownKeys('close()', options, ['deadlineMs']);
    const { deadlineMs = 5_000 } = options;
    requireInteger('close({ deadlineMs })', deadlineMs, { min: 0, max: 600_000, unit: 'milliseconds' });
    this.#closing ??= this.#close(deadlineMs);
    await this.#closing;
  }

  async #close(deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>(resolve => (timer = setTimeout(resolve, deadlineMs)));
    await Promise.race([this.#open.answered(), timeUp]);
    this.#capture.close();
    await Promise.race([this.#maker.idle(), timeUp]);
    this.#maker.close();
    clearTimeout(timer);
    this.#maker.finishNow(LAST_WORK_MS);
    await this.#target.close(Math.max(0, Math.round(deadline - performance.now())));
    this.#stopEndingWithProcess();
  }

  /** The process exits: what nobody can wait for any more is recorded and left to the spools. */
  endNow(): void {
    this.#reporter.isExiting = true;
    this.#capture.endNow();
    this.#maker.finishNow(LAST_WORK_MS);
    this.#target.endNow();
  }

  stats(): LoggingStats {
    const { counts, pending, load } = this.#maker;
    return {
      exchanges: {
        ...counts,
        dropped: { ...counts.dropped },
        open: this.#open.size,
        pending: pending + this.#target.pending,
      },
      load,
      ...this.#target.stats(),
    };
  }

  coverage(app?: Koa): CoverageReport {
    const actions = (app ? [app] : [...this.#apps]).flatMap(actionsOf);
    if (app || actions.length > 0) return { source: 'application', ...coverActions(actions, this.#redactor) };
    return { source: 'controllers', ...coverActions(loadedActions(), this.#redactor) };
  }

  get [INSPECTION](): Inspection {
    return {
      isEnabled: this.options.enabled,
      actionsOf,
      verdictOf: (owner, name) => this.#redactor.verdictOf(owner, name),
      tap: listener => {
        this.#tap = listener;
        this.#maker.random = () => 0;
        return () => {
          this.#tap = undefined;
          this.#maker.random = Math.random;
        };
      },
    };
  }
}

/** For the package's own checks: takes options that are resolved already, and the time that they set. */
export function composeLogging(options: ResolvedOptions, time?: ProcessTime): Logging {
  return new ComposedLogging(options, time);
}

/**
 * Makes a `Logging` with counters, queues and sinks of its own. Call it before `useKoaServer()`. Without options, records go
 * to rotating NDJSON files in `./.logged`.
 *
 * @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID`, naming the option and the remedy; `DECORATOR_INVALID`
 * for a class of `errorHandlers` that is decorated wrongly.
 * @example
 * const logging = createLogging({ service: 'shop' });
 * app.use(logging.middleware());
 * useKoaServer(app, { controllers: [UsersController], defaultErrorHandler: false });
 */
export function createLogging(options: LoggingOptions = {}): Logging {
  return composeLogging(resolveOptions(options));
}
