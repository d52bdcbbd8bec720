import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import type Koa from 'koa';
import type { Context } from 'koa';
import type { ActionBinding } from '../capture/action-binding';
import type { Logging } from '../logging';
import type { Drop } from '../delivery/lane-stats';
import { LoggingError } from '../errors';
import { type Inspectable, INSPECTION, type Inspection, type LoggingTap } from '../inspection';
import type { LogRecord } from '../record/log-record';
import { settledWithin } from '../settled-within';
import { type Answer, type Disturbance, KitServer } from './kit-server';
import { LeakList } from './leak-list';
import { LeakError, type LeakReport, type LeakVariant, type NotReached } from './leak-report';
import { type LeakTestOptions, type ResolvedLeakTestOptions, resolveLeakTestOptions } from './leak-test-options';
import { liveSecrets } from './live-secrets';
import { NamedSecrets } from './named-secrets';
import { ConsoleWatch, FileWatch } from './output-watch';
import { PlantedError } from './planted-error';
import type { PlantedValues } from './planted-values';
import { type RequestDraft, RequestMaker } from './request-draft';
import { MIN_SENTINEL_LENGTH, type Sentinel } from './sentinel';
import { SentinelSearch } from './sentinel-search';

/**
 * Plants a sentinel of its own in every sensitive field of every registered action, makes requests that succeed, are
 * refused, throw and break off, and looks for the sentinels in records, console, files and error hooks: as they are,
 * encoded, and as hashes without a key. Actions are really called: use a database for tests.
 *
 * @throws {@link LeakError} when a sentinel came out, naming route, field, channel and form, but never a value.
 * @throws {@link LoggingError} `OPTION_INVALID` when nothing of this application is recorded.
 * @example
 * it('keeps its secrets', () => leakTest(app, logging, { headers: { authorization: 'Bearer test-token-of-ann' } }));
 */
export async function leakTest(app: Koa, logging: Logging, options: LeakTestOptions = {}): Promise<LeakReport> {
  const resolved = resolveLeakTestOptions(options);
  const report = await new LeakRun(app, logging, resolved).report();
  if (resolved.throwOnLeak && report.leaks.length > 0) throw new LeakError(report);
  return report;
}

/** One request and what was made of it. */
interface Fired {
  readonly draft: RequestDraft;
  readonly records: LogRecord[];
}

type MakeRequest = (variant: LeakVariant) => Promise<RequestDraft>;

class LeakRun {
  readonly #inspection: Inspection;
  readonly #actions: readonly ActionBinding[];
  readonly #server: KitServer;
  readonly #secrets: NamedSecrets;
  readonly #fired: Fired[] = [];
  readonly #strayRecords: LogRecord[] = [];
  readonly #answered: Sentinel[] = [];
  readonly #errors: LoggingError[] = [];
  readonly #drops: Drop[] = [];
  readonly #notReached: NotReached[] = [];

  constructor(
    app: Koa,
    private readonly logging: Logging,
    private readonly options: ResolvedLeakTestOptions,
  ) {
    this.#inspection = (logging as Logging & Inspectable)[INSPECTION];
    const { skip, secrets, samples, timeoutMs } = options;
    const actions = this.#inspection.actionsOf(app);
    this.#refuseUnusable(actions);
    this.#refuseUnknownActions(actions, [...skip, ...Object.keys(samples)]);
    this.#actions = actions.filter(action => !skip.includes(nameOf(action)));
    this.#secrets = new NamedSecrets(new Set(secrets), actions);
    const listener = app.callback();
    this.#server = new KitServer((incoming, response) => void listener(incoming, response), timeoutMs);
  }

  async report(): Promise<LeakReport> {
    const files = new FileWatch(this.options.files);
    const output = new ConsoleWatch();
    const untap = this.#inspection.tap(this.#tap);
    await this.#server.start();
    output.start();
    try {
      for (const action of this.#actions) await this.#tryAction(action);
      await this.#settle();
    } finally {
      output.stop();
      untap();
      await this.#server.stop();
    }
    const sentinels = [...this.#fired.flatMap(({ draft }) => draft.planted.sentinels), ...this.#answered];
    const records = [...this.#fired.flatMap(fired => fired.records), ...this.#strayRecords];
    this.#refuseSilence(records);
    this.#missNamedSecrets(sentinels);
    const leaks = new LeakList(new SentinelSearch(sentinels));
    for (const record of records) leaks.addRecord(record);
    for (const { draft, records: made } of this.#fired) {
      for (const record of made) leaks.addOwnPlaces(record, draft.planted.sentinels);
    }
    for (const { where, text } of output.written) leaks.addText('console', where, text);
    for (const { where, text } of files.read()) leaks.addText('file', where, text);
    for (const error of this.#errors) leaks.addText('onError', error.code, inspect(error, DEEPLY));
    for (const drop of this.#drops) leaks.addText('onDrop', drop.reason, inspect(drop, DEEPLY));
    return {
      routes: this.#actions.length,
      requests: this.#fired.length,
      records: records.length,
      sentinels: sentinels.length,
      leaks: leaks.list(),
      notReached: this.#notReached,
    };
  }

  readonly #tap: LoggingTap = {
    record: (record, { context, result }) => {
      const fired = this.#server.keyOf(context.req) as Fired | undefined;
      if (!fired) return void this.#strayRecords.push(record);
      fired.records.push(record);
      this.#noteAnswered(fired.draft.planted, context, result);
    },
    report: error => void this.#errors.push(error),
    drop: drop => void this.#drops.push(drop),
  };

  /** The application's own secrets count as well: a token that it answers was never planted. */
  #noteAnswered({ route, action, variant, sentinels }: PlantedValues, context: Context, result: unknown): void {
    if (result === context || result === context.response) return;
    const isSecret = (path: string): boolean => this.#secrets.ids.has(`${route} response.${path}`);
    for (const { path, text } of liveSecrets(result, this.#inspection.verdictOf, isSecret)) {
      if (text.length < MIN_SENTINEL_LENGTH) continue;
      const field = `${route} response.${path}`;
      this.#secrets.noteSeen(field);
      if (sentinels.some(({ value, core }) => value === text || core === text)) continue;
      this.#answered.push({ route, action, field, variant, spot: null, value: text, core: text });
    }
  }

  async #tryAction(action: ActionBinding): Promise<void> {
    if (action.takesFiles) return this.#miss(action, 'all', 'it takes files, which the kit does not send');
    if (/^\/.*\/[a-z]*$/.test(action.route) && action.route.includes('\\')) {
      return this.#miss(action, 'all', 'its route is a regular expression');
    }
    const sample = this.options.samples[nameOf(action)] ?? {};
    const maker = new RequestMaker(action, this.#inspection, this.#secrets.ids, sample);
    const make = async (variant: LeakVariant) => maker.make(variant, await this.options.headers());
    const success = await make('success');
    for (const { field, reason } of success.planted.problems) this.#miss(action, 'all', reason, field);
    const answer = await this.#send(success);
    const isWell = answer.hasEntered && answer.status !== null && answer.status < 400;
    if (!isWell) this.#miss(action, 'success', whyNotWell(answer));
    await this.#tryInvalid(action, make);
    await this.#tryThrow(action, make);
    await this.#tryAbort(action, make);
  }

  async #tryInvalid(action: ActionBinding, make: MakeRequest): Promise<void> {
    const draft = await make('invalid');
    const { body, planted } = draft;
    if (planted.isBroken) {
      const { hasEntered } = await this.#send(draft);
      if (hasEntered) this.#miss(action, 'invalid', 'the action took a value that its validators should refuse');
    } else if (body === undefined && planted.sentinels.some(({ spot }) => spot?.place !== 'header')) {
      this.#miss(action, 'invalid', 'nothing of its parameters can be refused');
    }
    if (body === undefined) return;
    // Text that is no JSON: its error quotes the whole of it.
    const unparsable = await make('invalid');
    await this.#send({ ...unparsable, body: unparsable.body!.slice(0, -1) });
  }

  async #tryThrow(action: ActionBinding, make: MakeRequest): Promise<void> {
    const draft = await make('throw');
    const answer = await this.#send(draft, {
      beforeAction: () => {
        throw new PlantedError(draft.planted.sentinels);
      },
    });
    if (!answer.hasEntered) this.#miss(action, 'throw', whyNotWell(answer));
  }

  async #tryAbort(action: ActionBinding, make: MakeRequest): Promise<void> {
    const answer = await this.#send(await make('abort'), { beforeAction: request => request.socket.destroy() });
    if (!answer.hasEntered) this.#miss(action, 'abort', whyNotWell(answer));
    const cut = await make('abort');
    if (cut.body === undefined) return;
    await this.#send(cut, { cutAfterBytes: Buffer.byteLength(cut.body) - 1 });
  }

  #send(draft: RequestDraft, disturbance: Disturbance = {}): Promise<Answer> {
    const fired: Fired = { draft, records: [] };
    this.#fired.push(fired);
    return this.#server.send(draft, fired, disturbance);
  }

  #miss(action: ActionBinding, variant: LeakVariant | 'all', reason: string, field?: string): void {
    const route = `${action.method} ${action.route}`;
    this.#notReached.push({
      route,
      action: nameOf(action),
      variant,
      ...(field === undefined ? {} : { field }),
      reason,
    });
  }

  #missNamedSecrets(sentinels: readonly Sentinel[]): void {
    const told = this.#notReached.filter(({ variant }) => variant === 'all');
    for (const action of this.#actions) {
      const own = told.filter(missed => missed.action === nameOf(action));
      if (own.some(({ field }) => field === undefined)) continue;
      for (const { field, reason } of this.#secrets.unseen(action, sentinels)) {
        if (own.every(missed => missed.field !== field)) this.#miss(action, 'all', reason, field);
      }
    }
  }

  /** Until every request has become a record and every sink has had its chance. */
  async #settle(): Promise<void> {
    const { timeoutMs } = this.options;
    const end = performance.now() + timeoutMs;
    const isBusy = (): boolean => {
      const { open, pending } = this.logging.stats().exchanges;
      return open + pending > 0;
    };
    while (isBusy() && performance.now() < end) await setTimeout(5);
    await settledWithin(timeoutMs, this.logging.flush());
  }

  #refuseUnusable(actions: readonly ActionBinding[]): void {
    if (!this.#inspection.isEnabled) {
      throw new LoggingError(
        'OPTION_INVALID',
        'leakTest() needs records, and this createLogging() has { enabled: false }.',
      );
    }
    if (actions.length > 0) return;
    throw new LoggingError(
      'OPTION_INVALID',
      'leakTest() found no actions in this application. Call createLogging() before useKoaServer(), and leakTest() after it.',
    );
  }

  #refuseUnknownActions(actions: readonly ActionBinding[], names: readonly string[]): void {
    const known = new Set(actions.map(nameOf));
    const unknown = names.find(name => !known.has(name));
    if (unknown === undefined) return;
    throw new LoggingError(
      'OPTION_INVALID',
      `leakTest() options name ${unknown}, which is not an action of this application.`,
    );
  }

  /** Without records nothing can leak, and nothing was tested. */
  #refuseSilence(records: readonly LogRecord[]): void {
    if (records.length > 0 || !this.#actions.some(({ logged }) => logged)) return;
    throw new LoggingError(
      'OPTION_INVALID',
      'leakTest() made requests, and none was recorded. Mount the middleware before all others: app.use(logging.middleware()).',
    );
  }
}

const DEEPLY = { depth: 8, maxStringLength: null, maxArrayLength: null, breakLength: Infinity };

function nameOf({ controller, action }: ActionBinding): string {
  return `${controller.name}.${action}`;
}

function whyNotWell({ status, hasEntered, hasTimedOut }: Answer): string {
  if (hasTimedOut) return 'no answer came in time';
  if (hasEntered)
    return `the action answered ${status ?? 'nothing'}; give it values that it accepts in options.samples`;
  if (status === 401 || status === 403) return `it was refused with ${status}; give credentials in options.headers`;
  return `it was refused with ${status ?? 'no answer'} before the action; give valid values in options.samples`;
}
