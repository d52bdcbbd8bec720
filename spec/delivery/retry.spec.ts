import { expect } from 'chai';
import { SinkError } from '../../src/errors';
import {
  failWith,
  hang,
  heldWrite,
  succeed,
  throwAtOnce,
  unavailable,
  type WriteStep,
} from '../support/recording-sink';
import { numbersOf } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

describe('a write that fails', () => {
  it('is repeated with the same records in the same order, before any other', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2 });
    sink.onWrites(unavailable, unavailable);
    push(5);
    await clock.settle();
    expect(lane()).to.include({ state: 'waiting-to-retry', inFlight: 2, queued: 3, retries: 0 });
    await clock.advance(10_000);
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2], [1, 2], [1, 2], [3, 4], [5]]);
    expect(sink.writes[2]![0]).to.deep.equal(sink.writes[0]![0]);
    expect(lane()).to.include({ state: 'idle', delivered: 5, batches: 3, retries: 2, failingSince: null });
    expect(lane().lastError).to.equal('The server answered 503');
  });

  const failures: Readonly<Record<string, WriteStep>> = {
    'rejects with any error': failWith(new Error('socket hang up')),
    'rejects with something that is no error': failWith('nope'),
    'rejects with nothing': failWith(undefined),
    'throws synchronously': throwAtOnce(new Error('not a function')),
    'rejects with an error that cannot be read': failWith(
      new Proxy(new Error('hidden'), {
        get() {
          throw new Error('no access');
        },
      }),
    ),
    'answers with something that cannot be read': async () => ({
      get rejected(): never {
        throw new Error('no access');
      },
    }),
    'says so with a SinkError of another copy of this package': failWith(
      Object.assign(new Error('busy'), { name: 'SinkError', retryable: true }),
    ),
  };
  for (const [how, step] of Object.entries(failures)) {
    it(`is repeated when the sink ${how}`, async () => {
      const { push, sink, clock, lane } = testDelivery();
      sink.onWrites(step);
      push(2);
      await clock.advance(5_000);
      expect(lane()).to.include({ delivered: 2, retries: 1 });
    });
  }

  it('waits as long as the sink asks for, if that is longer', async () => {
    const { push, sink, clock } = testDelivery({ maxDelayMs: 1 });
    sink.onWrites(failWith(new SinkError('slow down', { retryable: true, retryAfterMs: 7_000 })));
    push();
    await clock.advance(7_000);
    expect(sink.writes).to.have.length(1);
    await clock.advance(1);
    expect(sink.writes).to.have.length(2);
  });

  for (const retryAfterMs of [Infinity, 1e12, 2 ** 31]) {
    it(`waits an hour at most, also when ${retryAfterMs} ms are asked for`, async () => {
      const { push, sink, clock } = testDelivery({ maxDelayMs: 1 });
      sink.onWrites(failWith(new SinkError('slow down', { retryable: true, retryAfterMs })));
      push();
      await clock.advance(3_600_000);
      expect(sink.writes).to.have.length(1);
      await clock.advance(1);
      expect(sink.writes).to.have.length(2);
    });
  }

  for (const retryAfterMs of [-5, Number.NaN, '3' as never]) {
    it(`goes by its own waits when ${retryAfterMs} is asked for`, async () => {
      const { push, sink, clock } = testDelivery({ maxDelayMs: 1 });
      sink.onWrites(failWith(new SinkError('slow down', { retryable: true, retryAfterMs })));
      push();
      await clock.advance(101);
      expect(sink.writes).to.have.length(2);
    });
  }

  it('keeps the queue filling, within its limit', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2, maxQueueRecords: 4 });
    sink.onEveryWrite(unavailable);
    push(2);
    await clock.settle();
    push(10);
    await clock.advance(60_000);
    expect(lane()).to.include({ inFlight: 2, queued: 4, delivered: 0 });
    expect(lane().dropped['queue-full']).to.equal(6);
    sink.onEveryWrite(succeed);
    await clock.advance(60_000);
    expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 9, 10, 11, 12]);
  });
});

describe('the waits between attempts', () => {
  async function waitsOf(random: () => number, attempts: number): Promise<number[]> {
    const { push, sink, clock } = testDelivery({ retryMinDelayMs: 100, retryMaxDelayMs: 1_000, random, maxDelayMs: 1 });
    const at: number[] = [];
    sink.onEveryWrite(async () => {
      at.push(clock.now());
      throw new Error('down');
    });
    push();
    while (at.length <= attempts) await clock.advance(1);
    return at.slice(1).map((time, index) => time - at[index]!);
  }

  it('are never shorter than the least', async () => {
    expect(await waitsOf(() => 0, 6)).to.deep.equal([100, 100, 100, 100, 100, 100]);
  });

  it('are bounded by twice as much after each failure, up to the most', async () => {
    expect(await waitsOf(() => 1, 6)).to.deep.equal([200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('are drawn evenly from between', async () => {
    expect(await waitsOf(() => 0.5, 4)).to.deep.equal([150, 250, 450, 550]);
  });

  it('start anew after a success', async () => {
    const { push, sink, clock } = testDelivery({ maxDelayMs: 1, random: () => 1 });
    sink.onWrites(unavailable, unavailable, succeed, unavailable);
    push();
    await clock.advance(601);
    expect(sink.writes).to.have.length(3);
    push();
    await clock.advance(200);
    expect(sink.writes).to.have.length(4);
    await clock.advance(1);
    expect(sink.writes).to.have.length(5);
  });
});

describe('a write that hangs', () => {
  it('is given up after the write timeout, its signal aborted, and repeated', async () => {
    const { push, sink, clock, lane, reports } = testDelivery({ maxDelayMs: 1, writeTimeoutMs: 2_000 });
    sink.onWrites(hang);
    push(3);
    await clock.advance(2_000);
    expect(sink.signals[0]!.aborted).to.equal(false);
    await clock.advance(1);
    expect(sink.signals[0]!.aborted).to.equal(true);
    expect(lane().lastError).to.equal('there was no answer within 2000 ms');
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_WRITE_FAILED']);
    await clock.advance(100);
    expect(lane()).to.include({ delivered: 3, retries: 1 });
    expect(sink.signals[1]!.aborted).to.equal(false);
  });

  for (const state of ['before', 'after'] as const) {
    it(`counts once when it succeeds late, ${state} the repetition did`, async () => {
      const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, writeTimeoutMs: 2_000 });
      const late = heldWrite();
      sink.onWrites(late.step);
      push(3);
      await clock.advance(2_001);
      if (state === 'before') late.release();
      await clock.advance(100);
      if (state === 'after') late.release();
      await clock.advance(5_000);
      expect(lane()).to.include({ accepted: 3, delivered: 3, batches: 1 });
      // Stored twice, with the same ids: at least once.
      expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 3, 1, 2, 3]);
    });
  }

  it('may reject late without harm', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, writeTimeoutMs: 2_000 });
    sink.onWrites(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    push();
    await clock.advance(5_000);
    expect(lane()).to.include({ delivered: 1, retries: 1 });
  });
});
