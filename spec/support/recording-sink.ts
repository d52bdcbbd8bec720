import { SinkError } from '../../src/errors';
import type { AnyRecord } from '../../src/record/log-record';
import type { Sink, SinkContext, WriteResult } from '../../src/sinks/sink';
import { numbersOf } from './numbered-records';

/** What a sink does with one write. */
export type WriteStep = (batch: readonly AnyRecord[], signal: AbortSignal) => Promise<void | WriteResult>;

/** What a sink does with one call of `open` or `close`. */
export type Step = () => Promise<void>;

/** Notes what it was given and does what it was told; with nothing told it stores every record. */
export class RecordingSink implements Sink {
  /** The records of every write, also of those that failed. */
  readonly writes: (readonly AnyRecord[])[] = [];
  /** The records of every write that this sink stored, in their order. */
  readonly stored: AnyRecord[] = [];
  readonly signals: AbortSignal[] = [];
  opens = 0;
  closes = 0;
  context: SinkContext | null = null;
  readonly #writeSteps: WriteStep[] = [];
  readonly #openSteps: Step[] = [];
  #everyWrite: WriteStep = async () => {};
  #everyClose: Step = async () => {};

  constructor(readonly name = 'recording') {}

  /** What the next writes do, one after the other. */
  onWrites(...steps: readonly WriteStep[]): this {
    this.#writeSteps.push(...steps);
    return this;
  }

  /** What every write does for which nothing else was told. */
  onEveryWrite(step: WriteStep): this {
    this.#everyWrite = step;
    return this;
  }

  /** What the next calls of `open` do, one after the other. */
  onOpens(...steps: readonly Step[]): this {
    this.#openSteps.push(...steps);
    return this;
  }

  onClose(step: Step): this {
    this.#everyClose = step;
    return this;
  }

  // Not async functions, so that a step can throw synchronously as well.
  open(context: SinkContext): Promise<void> {
    this.opens++;
    this.context = context;
    return (this.#openSteps.shift() ?? (async () => {}))();
  }

  write(batch: readonly AnyRecord[], signal: AbortSignal): Promise<void | WriteResult> {
    this.writes.push([...batch]);
    this.signals.push(signal);
    const written = (this.#writeSteps.shift() ?? this.#everyWrite)(batch, signal);
    return written.then(result => {
      const rejected = new Set(result?.rejected?.map(rejection => rejection?.index));
      this.stored.push(...batch.filter((_, index) => !rejected.has(index)));
      return result;
    });
  }

  close(): Promise<void> {
    this.closes++;
    return this.#everyClose();
  }
}

export const succeed = async (): Promise<void> => {};

/** Never settles, and pays no attention to its signal. */
export const hang = (): Promise<never> => new Promise(() => {});

export const failWith = (error: unknown) => (): Promise<never> => Promise.reject(error);

export const throwAtOnce = (error: unknown) => (): never => {
  throw error;
};

export const unavailable = failWith(new SinkError('The server answered 503.', { retryable: true }));

/** Stores the batch without the records at these places. */
export const rejectAt =
  (...places: readonly number[]) =>
  async (): Promise<WriteResult> => ({ rejected: places.map(index => ({ index, reason: 'too large' })) });

/** Refuses every batch that holds one of these records, without saying which. */
export const refuseHolding =
  (...numbers: readonly number[]): WriteStep =>
  async batch => {
    if (!numbersOf(batch).some(number => numbers.includes(number))) return;
    throw new SinkError('a mapping failed.', { retryable: false });
  };

/** A write that ends when the spec says so. */
export function heldWrite(): { readonly step: WriteStep; readonly release: () => void } {
  let release!: () => void;
  const held = new Promise<void>(resolve => (release = resolve));
  return { step: () => held, release };
}
