import { expect } from 'chai';
import { TAKES_PACKED } from '../../src/sinks/packed-batches';
import { numbersOf, numberedRecord, recordBytes } from '../support/numbered-records';
import { heldWrite, RecordingSink, succeed } from '../support/recording-sink';
import { testDelivery } from '../support/test-delivery';

describe('a batch', () => {
  it('leaves at once when it is full, though never inside push', async () => {
    const { push, sink, clock } = testDelivery({ maxBatchRecords: 3 });
    push(3);
    expect(sink.writes).to.have.length(0);
    await clock.settle();
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2, 3]]);
  });

  it('leaves when its oldest record is as old as allowed', async () => {
    const { push, sink, clock } = testDelivery({ maxDelayMs: 1_000 });
    push();
    await clock.advance(600);
    push();
    await clock.advance(399);
    expect(sink.writes).to.have.length(0);
    await clock.advance(1);
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2]]);
  });

  it('leaves at once when it has its bytes', async () => {
    const bytes = recordBytes(numberedRecord());
    const { push, sink, clock, lane } = testDelivery({ maxBatchBytes: 3 * bytes });
    push(2);
    await clock.settle();
    expect(sink.writes).to.have.length(0);
    expect(lane().queuedBytes).to.equal(2 * bytes);
    push(2);
    await clock.settle();
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2, 3]]);
    expect(lane().queuedBytes).to.equal(bytes);
  });

  it('of one record may be larger than a batch should be', async () => {
    const { push, sink, clock } = testDelivery({ maxBatchBytes: 10 });
    push(2);
    await clock.settle();
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1], [2]]);
  });

  const pairs = Array.from({ length: 16 }, () => 2);
  for (const [what, isPacked, expected] of [
    ['is larger when more has come together, where nothing is built of it', true, [20, 12]],
    ['is no larger when more has come together', false, pairs],
  ] as const) {
    it(what, async () => {
      const sink = Object.assign(new RecordingSink(), { [TAKES_PACKED]: isPacked });
      const { push, clock, lane } = testDelivery({ maxBatchRecords: 2, sinks: [sink] });
      push(32);
      await clock.settle();
      expect(sink.writes.map(({ length }) => length)).to.deep.equal(expected);
      expect(lane()).to.include({ delivered: 32, writeLimit: isPacked ? 20 : 2 });
    });

    it(`${what}, by its bytes`, async () => {
      const sink = Object.assign(new RecordingSink(), { [TAKES_PACKED]: isPacked });
      const { push, clock } = testDelivery({ maxBatchBytes: 2 * recordBytes(numberedRecord(32)), sinks: [sink] });
      push(32);
      await clock.settle();
      expect(sink.writes.map(({ length }) => length)).to.deep.equal(expected);
    });
  }

  it('is followed by the next full one without a wait, one at a time and in order', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2 });
    const first = heldWrite();
    sink.onWrites(first.step);
    push(7);
    await clock.settle();
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2]]);
    expect(lane()).to.include({ state: 'writing', inFlight: 2, queued: 5 });
    first.release();
    await clock.settle();
    expect(sink.writes.map(numbersOf)).to.deep.equal([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect(lane()).to.include({ state: 'idle', inFlight: 0, queued: 1, delivered: 6, batches: 3, retries: 0 });
  });

  it('lets other work go on between two writes of a sink that answers at once', async () => {
    const { push, sink, clock } = testDelivery({ maxBatchRecords: 1 });
    const order: string[] = [];
    sink.onEveryWrite(async () => {
      order.push('write');
      clock.defer(() => order.push('other work'));
    });
    push(3);
    await clock.settle();
    expect(order).to.deep.equal(['write', 'other work', 'write', 'other work', 'write', 'other work']);
  });

  it('goes by the age of records that came while another was written', async () => {
    const { push, sink, clock } = testDelivery({ maxBatchRecords: 2, maxDelayMs: 1_000 });
    const first = heldWrite();
    sink.onWrites(first.step, succeed);
    push(3);
    await clock.advance(1_500);
    first.release();
    await clock.settle();
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2], [3]]);
  });

  it('needs no more than one timer, and none when nothing waits', async () => {
    const { push, clock, sink } = testDelivery({ maxBatchRecords: 2 });
    expect(clock.timers).to.equal(0);
    push();
    await clock.settle();
    expect(clock.timers).to.equal(1);
    const held = heldWrite();
    sink.onWrites(held.step);
    push(2);
    await clock.settle();
    expect(clock.timers).to.equal(1);
    held.release();
    await clock.advance(1_000);
    expect(sink.stored).to.have.length(3);
    expect(clock.timers).to.equal(0);
    expect(clock.holds).to.equal(0);
  });
});
