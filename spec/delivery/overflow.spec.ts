import { expect } from 'chai';
import { heldWrite } from '../support/recording-sink';
import { numberedRecord, numbersOf, packedRecord, recordBytes } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

describe('a full queue', () => {
  it('loses its oldest records by default, exactly as many as came too many', async () => {
    const { push, sink, clock, lane, drops, delivery } = testDelivery({ maxBatchRecords: 5, maxQueueRecords: 5 });
    push(12);
    expect(lane()).to.include({ accepted: 12, queued: 5 });
    expect(lane().dropped['queue-full']).to.equal(7);
    await Promise.all([delivery.flush(), clock.settle()]);
    expect(drops).to.deep.equal([{ sink: 'recording', reason: 'queue-full', count: 7 }]);
    expect(numbersOf(sink.stored)).to.deep.equal([8, 9, 10, 11, 12]);
  });

  it('refuses the newest records if told so', async () => {
    const { push, sink, clock, lane, delivery } = testDelivery({
      maxBatchRecords: 5,
      maxQueueRecords: 5,
      overflow: 'drop-newest',
    });
    push(12);
    expect(lane().dropped['queue-full']).to.equal(7);
    await Promise.all([delivery.flush(), clock.settle()]);
    expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 3, 4, 5]);
  });

  for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
    it(`never touches the batch in flight (${overflow})`, async () => {
      const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2, maxQueueRecords: 3, overflow });
      const held = heldWrite();
      sink.onWrites(held.step);
      push(2);
      await clock.settle();
      push(10);
      expect(lane()).to.include({ inFlight: 2, queued: 3 });
      expect(lane().dropped['queue-full']).to.equal(7);
      held.release();
      await clock.advance(1_000);
      const last = overflow === 'drop-oldest' ? [10, 11, 12] : [3, 4, 5];
      expect(numbersOf(sink.stored)).to.deep.equal([1, 2, ...last]);
    });
  }

  it('goes by bytes as well, and lets go as many as one large record needs', async () => {
    const small = recordBytes(numberedRecord());
    const options = { maxBatchBytes: 5 * small, maxQueueBytes: 5 * small };
    const { push, delivery, lane, drops, clock } = testDelivery(options);
    push(4);
    const large = packedRecord(99, { attributes: { note: 'x'.repeat(2 * small) } });
    delivery.push(large);
    await clock.settle();
    expect(drops).to.deep.equal([{ sink: 'recording', reason: 'queue-full', count: 3 }]);
    expect(lane()).to.include({ queued: 2, queuedBytes: small + large.bytes });
  });

  it('refuses a record that is larger than the queue, and keeps the others', () => {
    const { push, delivery, lane } = testDelivery({ maxBatchBytes: 5_000, maxQueueBytes: 5_000 });
    push(2);
    delivery.push(packedRecord(99, { attributes: { note: 'x'.repeat(6_000) } }));
    expect(lane()).to.include({ accepted: 3, queued: 2 });
    expect(lane().dropped['queue-full']).to.equal(1);
  });

  it('keeps order and count over many records', async () => {
    const { push, sink, clock, lane, delivery } = testDelivery({ maxQueueRecords: 3_000 });
    const held = heldWrite();
    sink.onWrites(held.step);
    push(100);
    await clock.settle();
    push(7_000);
    held.release();
    await clock.settle();
    await Promise.all([delivery.flush(), clock.settle()]);
    expect(lane().dropped['queue-full']).to.equal(4_000);
    const expected = [...Array(100).keys()].map(n => n + 1).concat([...Array(3_000).keys()].map(n => n + 4_101));
    expect(numbersOf(sink.stored)).to.deep.equal(expected);
  });
});
