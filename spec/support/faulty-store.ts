import { SinkError, type RejectedRecord } from '../../src/errors';
import type { AnyRecord } from '../../src/record/log-record';
import type { Sink, WriteResult } from '../../src/sinks/sink';
import type { Chance } from './chance';

/** What the destination is like at the moment. */
export type Weather = 'fair' | 'down' | 'hanging' | 'overloaded' | 'misconfigured' | 'flaky';

/** A destination that is idempotent by `_id`, and the connection to it, which fails as told. */
export class FaultyStore implements Sink {
  readonly name = 'store';
  weather: Weather = 'fair';
  /** What is stored, as text, by `_id`. */
  readonly stored = new Map<string, string>();
  /** Records that came although they were stored already. */
  replays = 0;
  /** Whether records that cannot be stored are named by their place. */
  namesPoison = true;

  constructor(
    private readonly chance: Chance,
    private readonly isPoison: (record: AnyRecord) => boolean,
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  async open(): Promise<void> {
    if (this.weather === 'down') throw new SinkError('unreachable', { retryable: true });
    if (this.weather === 'hanging') await new Promise(() => {});
  }

  async write(batch: readonly AnyRecord[]): Promise<void | WriteResult> {
    switch (this.weather) {
      case 'down':
        throw this.chance.isLucky(2) ? new Error('ECONNREFUSED') : new SinkError('down', { retryable: true });
      case 'misconfigured':
        throw new SinkError('a role is missing', { retryable: true, kind: 'configuration', retryAfterMs: 3_000 });
      case 'overloaded':
        if (batch.length > 3) throw new SinkError('too much', { retryable: true, kind: 'overloaded' });
        break;
      case 'hanging':
        await this.#mayStoreAndHang(batch);
        break;
      case 'flaky':
        await this.#mayFail(batch);
        break;
      case 'fair':
    }
    return { rejected: this.#store(batch) };
  }

  /** The batch may be stored although no answer comes, at once or much later. */
  async #mayStoreAndHang(batch: readonly AnyRecord[]): Promise<void> {
    const way = this.chance.below(3);
    if (way === 1) this.#store(batch);
    if (way === 2)
      void this.wait(5_000)
        .then(() => this.#store(batch))
        .catch(() => {});
    await new Promise(() => {});
  }

  /** Fails before, in the midst of, or after storing, or only takes its time. */
  async #mayFail(batch: readonly AnyRecord[]): Promise<void> {
    const way = this.chance.below(5);
    if (way === 0) await this.wait(this.chance.below(400));
    if (way === 1) throw new SinkError('reset', { retryable: true });
    if (way === 2) {
      this.#store(batch.slice(0, this.chance.below(batch.length)));
      throw new Error('broken in the midst');
    }
    if (way === 3) throw new SinkError('the answer was lost', { retryable: true, rejected: this.#store(batch) });
  }

  #store(batch: readonly AnyRecord[]): RejectedRecord[] {
    const places = batch.flatMap((record, index) => (this.isPoison(record) ? [{ index, reason: 'poison' }] : []));
    if (places.length > 0 && !this.namesPoison) throw new SinkError('something is wrong', { retryable: false });
    for (const record of batch) {
      if (this.isPoison(record)) continue;
      if (this.stored.has(record._id)) this.replays++;
      else this.stored.set(record._id, JSON.stringify(record));
    }
    return places;
  }
}
