import { inspect, isDeepStrictEqual } from 'node:util';
import { isSinkError, LoggingError, type RejectedRecord, type SinkError } from '../../errors';
import type { AnyRecord } from '../../record/log-record';
import type { Sink } from '../../sinks/sink';
import type { SinkFault, SinkHarness, SinkTarget } from './sink-harness';

/** Ways in which a call can end, as delivery sees them. */
export type Ending =
  | { readonly how: 'stored'; readonly rejected: readonly RejectedRecord[] }
  | { readonly how: 'refused'; readonly error: SinkError }
  | { readonly how: 'failed'; readonly error: unknown };

/** What became of records that were written until there was nothing more to do. */
export interface Delivered {
  readonly storedIds: readonly string[];
  readonly rejectedIds: readonly string[];
}

/** Fails the case at hand. */
export function demand(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new LoggingError('SINK_NOT_CONFORMANT', problem);
}

/** One sink with its own destination while a case runs: calls that are bounded in time, and what they led to. */
export class SinkTrial<Target extends SinkTarget = SinkTarget> {
  /** Everything that was thrown or reported so far. */
  readonly told: unknown[] = [];
  #finished: Promise<void> | undefined;

  constructor(
    readonly target: Target,
    readonly harness: Required<SinkHarness<Target>>,
  ) {}

  get sink(): Sink {
    return this.target.sink;
  }

  /** @throws when opening fails. */
  async open(): Promise<void> {
    const ending = await this.tryToOpen();
    demand(ending.how === 'stored', `open() rejected: ${nameOf(ending)}`);
  }

  tryToOpen(): Promise<Ending> {
    const context = { report: (error: LoggingError): void => void this.told.push(error) };
    return this.#end('open()', async () => this.sink.open?.(context));
  }

  /** One write; its signal aborts after `deadlineMs`. */
  async write(batch: readonly AnyRecord[], deadlineMs = this.harness.patienceMs): Promise<Ending> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), deadlineMs);
    try {
      return await this.#end('write()', () => this.sink.write(batch, deadline.signal), deadlineMs);
    } finally {
      clearTimeout(timer);
    }
  }

  async writeAborted(batch: readonly AnyRecord[]): Promise<Ending> {
    return this.#end('write()', () => this.sink.write(batch, AbortSignal.abort()));
  }

  /** Writes as a lane does, but without its waits: until every record is stored or rejected. */
  async deliver(batch: readonly AnyRecord[]): Promise<Delivered> {
    const giveUpAt = performance.now() + this.harness.patienceMs;
    const delivered = { storedIds: [] as string[], rejectedIds: [] as string[] };
    const parts: (readonly AnyRecord[])[] = [batch];
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      const { stored, rejected, again } = settle(part, await this.write(part));
      delivered.storedIds.push(...stored);
      delivered.rejectedIds.push(...rejected);
      parts.unshift(...again);
      demand(performance.now() < giveUpAt, `${again.flat().length} records could not be delivered after the fault`);
      if (again.length > 0) await pause(5);
    }
    return delivered;
  }

  /** Lets a fault begin. */
  async fault(fault: SinkFault, records: readonly AnyRecord[] = []): Promise<void> {
    const entry = this.harness.faults[fault];
    if (typeof entry === 'function') await entry(this.target, idsOf(records));
  }

  repair(): Promise<void> {
    return this.target.repair();
  }

  /** Ends the fault, closes the sink and frees the destination, once. */
  finish(): Promise<void> {
    return (this.#finished ??= this.#finish());
  }

  async #finish(): Promise<void> {
    await this.repair();
    // A case that fails has said what is wrong; freeing what it used must not say something else.
    await this.close().catch(() => undefined);
    await this.target.stop();
  }

  close(): Promise<Ending> {
    return this.#end('close()', async () => this.sink.close?.());
  }

  /** Delivers and demands that all of it is stored. */
  async mustDeliver(batch: readonly AnyRecord[]): Promise<void> {
    const { rejectedIds } = await this.deliver(batch);
    demand(rejectedIds.length === 0, `${rejectedIds.length} of ${batch.length} good records were rejected`);
  }

  /** Closes the sink and demands of each of these records that it is stored, as often as the guarantee allows. */
  async mustHold(records: readonly AnyRecord[], came: 'once' | 'again' = 'once'): Promise<void> {
    const stored = await this.#closeAndRead();
    const { guarantee } = this.harness;
    for (const record of records) {
      const copies = stored.get(record._id) ?? [];
      const mayMiss = guarantee === 'at-most-once' && came === 'again';
      const mayDouble = guarantee === 'at-least-once' && came === 'again';
      demand(copies.length > 0 || mayMiss, 'a record is missing that the sink had taken');
      demand(copies.length < 2 || mayDouble, `a record is stored ${copies.length} times`);
      for (const copy of copies) {
        const field = changedField(record, copy);
        demand(field === undefined, `a record was changed: its field "${field}" is not stored as it was given`);
      }
    }
  }

  /** Closes the sink and demands that none of these records is stored. */
  async mustNotHold(records: readonly AnyRecord[]): Promise<void> {
    const stored = await this.#closeAndRead();
    demand(!records.some(({ _id }) => stored.has(_id)), 'a record is stored that the sink had rejected');
  }

  async countStored(): Promise<number> {
    const stored = await this.#closeAndRead();
    return [...stored.values()].flat().length;
  }

  async #closeAndRead(): Promise<ReadonlyMap<string, readonly Stored[]>> {
    await this.repair();
    await this.close();
    const stored = new Map<string, Stored[]>();
    for (const record of await this.target.stored()) {
      const normal = JSON.parse(JSON.stringify(record)) as Stored;
      stored.set(normal._id, [...(stored.get(normal._id) ?? []), normal]);
    }
    return stored;
  }

  /** A call that throws, rejects or hangs, as an ending. */
  async #end(call: string, work: () => Promise<unknown>, allowedMs = 0): Promise<Ending> {
    const { patienceMs } = this.harness;
    let timer: NodeJS.Timeout | undefined;
    const outOfPatience = new Promise<never>((_, reject) => {
      const problem = `${call} did not settle${allowedMs > 0 ? ' after its signal had aborted' : ''}`;
      timer = setTimeout(
        () => reject(new LoggingError('SINK_NOT_CONFORMANT', problem)),
        allowedMs === patienceMs ? patienceMs : allowedMs + patienceMs,
      );
    });
    const settled = startSafely(work).then(
      (result): Ending => ({ how: 'stored', rejected: rejectedOf(result) }),
      (error: unknown): Ending => {
        this.told.push(error);
        return isSinkError(error) ? { how: 'refused', error } : { how: 'failed', error };
      },
    );
    try {
      const ending = await Promise.race([settled, outOfPatience]);
      if (ending.how !== 'failed') this.told.push(...toldBy(ending));
      return ending;
    } finally {
      clearTimeout(timer);
    }
  }
}

export interface Stored {
  readonly _id: string;
  readonly [field: string]: unknown;
}

export function idsOf(records: readonly AnyRecord[]): readonly string[] {
  return records.map(({ _id }) => _id);
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

/** How a call ended, without what it said. */
export function nameOf(ending: Ending): string {
  if (ending.how === 'stored') return 'it resolved';
  if (ending.how === 'refused') {
    const { retryable, rejected } = ending.error;
    return `a SinkError with retryable: ${retryable} and ${rejected.length} rejected records`;
  }
  return ending.error instanceof Error ? `an ${ending.error.name} that is no SinkError` : 'something that is no error';
}

/** Where an error, its causes or a reason quotes one of these texts; `undefined` when none does. */
export function quotedBy(told: readonly unknown[], texts: readonly string[]): string | undefined {
  const printed = inspect(told, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null });
  return texts.find(text => printed.includes(text));
}

/** What an ending means for the records of a write. */
function settle(
  part: readonly AnyRecord[],
  ending: Ending,
): { stored: readonly string[]; rejected: readonly string[]; again: readonly (readonly AnyRecord[])[] } {
  if (ending.how === 'failed') return { stored: [], rejected: [], again: [part] };
  const refused = ending.how === 'refused' ? ending.error : undefined;
  if (refused && !refused.retryable) {
    if (part.length < 2) return { stored: [], rejected: idsOf(part), again: [] };
    const middle = Math.ceil(part.length / 2);
    return { stored: [], rejected: [], again: [part.slice(0, middle), part.slice(middle)] };
  }
  const rejections = ending.how === 'stored' ? ending.rejected : ending.error.rejected;
  const places = new Set(rejections.map(({ index }) => index));
  const rejected = idsOf(part.filter((_, index) => places.has(index)));
  const rest = part.filter((_, index) => !places.has(index));
  if (refused) return { stored: [], rejected, again: rest.length > 0 ? [rest] : [] };
  return { stored: idsOf(rest), rejected, again: [] };
}

function toldBy(ending: Ending): readonly string[] {
  if (ending.how === 'failed') return [];
  const rejections = ending.how === 'stored' ? ending.rejected : ending.error.rejected;
  return rejections.map(({ reason }) => reason);
}

/** The name of the first field that is not in the destination as it was given. */
function changedField(given: AnyRecord, stored: Stored): string | undefined {
  const wanted = JSON.parse(JSON.stringify(given)) as Stored;
  return Object.keys(wanted).find(field => !isDeepStrictEqual(stored[field], wanted[field]));
}

async function startSafely(work: () => Promise<unknown>): Promise<unknown> {
  return work();
}

function rejectedOf(result: unknown): readonly RejectedRecord[] {
  if (typeof result !== 'object' || result === null || !('rejected' in result)) return [];
  return Array.isArray(result.rejected) ? (result.rejected as RejectedRecord[]) : [];
}
