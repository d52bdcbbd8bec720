import { expect } from 'chai';
import { SinkError } from '../../src/errors';
import { RecordingSink, failWith, heldWrite, succeed, unavailable } from '../support/recording-sink';
import { numbersOf } from '../support/numbered-records';
import { hasSettled, testDelivery } from '../support/test-delivery';

describe('flush', () => {
  it('resolves at once when nothing is pending, and opens no sink', async () => {
    const { delivery, sink } = testDelivery();
    await delivery.flush();
    expect(sink.opens).to.equal(0);
  });

  it('sends what is pending without waiting for a batch to fill', async () => {
    const { delivery, push, sink, clock } = testDelivery({ maxBatchRecords: 2 });
    push(3);
    const flushed = delivery.flush();
    await clock.settle();
    await flushed;
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2], [3]]);
    expect(clock.now()).to.equal(0);
  });

  it('is one and the same work for all who call at once', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    push(3);
    const flushed = Promise.all([delivery.flush(), delivery.flush(), delivery.flush()]);
    await clock.settle();
    await flushed;
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2, 3]]);
  });

  it('waits for every lane', async () => {
    const held = heldWrite();
    const slow = new RecordingSink('slow').onWrites(held.step);
    const { delivery, push, clock } = testDelivery({ sinks: [slow, new RecordingSink('fast')] });
    push();
    const flushed = delivery.flush();
    await clock.settle();
    expect(await hasSettled(flushed)).to.equal(false);
    held.release();
    await clock.settle();
    await flushed;
  });

  it('waits for the batch in flight and for its repetition', async () => {
    const { delivery, push, sink, clock } = testDelivery({ maxBatchRecords: 1 });
    sink.onWrites(unavailable);
    push();
    await clock.settle();
    const flushed = delivery.flush();
    expect(await hasSettled(flushed)).to.equal(false);
    await clock.advance(100);
    await flushed;
    expect(numbersOf(sink.stored)).to.deep.equal([1]);
  });

  it('does not wait for what came after the call', async () => {
    const { delivery, push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2 });
    const held = heldWrite();
    sink.onWrites(succeed, held.step);
    push(2);
    const flushed = delivery.flush();
    push(2);
    await clock.settle();
    expect(await hasSettled(flushed)).to.equal(true);
    expect(lane()).to.include({ delivered: 2, inFlight: 2 });
    held.release();
    await clock.settle();
  });

  it('does not take a newer record that was refused for an older one that is delivered', async () => {
    const { delivery, push, sink, clock } = testDelivery({
      maxBatchRecords: 2,
      maxQueueRecords: 2,
      overflow: 'drop-newest',
    });
    const held = heldWrite();
    sink.onWrites(held.step);
    push(2);
    const flushed = delivery.flush();
    await clock.settle();
    push(5);
    expect(await hasSettled(flushed)).to.equal(false);
    held.release();
    await clock.settle();
    await flushed;
  });

  it('resolves when what it waits for is dropped', async () => {
    const { delivery, push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2, maxQueueRecords: 2 });
    const held = heldWrite();
    const refuse = failWith(new SinkError('no', { retryable: false }));
    sink.onWrites(refuse, refuse, refuse, held.step);
    push(2);
    const first = delivery.flush();
    await clock.settle();
    await first;
    expect(lane().dropped.rejected).to.equal(2);

    push(2);
    const second = delivery.flush();
    await clock.settle();
    held.release();
    push(2);
    await clock.settle();
    await second;
  });

  it('resolves for its records when a newer part of the same batch is still failing', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    const rejected = [{ index: 0, reason: 'too large' }];
    sink.onWrites(failWith(new SinkError('busy', { retryable: true, rejected })), unavailable);
    push();
    const flushed = delivery.flush();
    push();
    await clock.settle();
    expect(await hasSettled(flushed)).to.equal(true);
    await clock.advance(1_000);
  });

  it('keeps the process alive only as long as it is pending', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    sink.onWrites(unavailable);
    push();
    const flushed = delivery.flush();
    await clock.settle();
    expect(clock.holds).to.equal(1);
    await clock.advance(100);
    await flushed;
    expect(clock.holds).to.equal(0);
  });
});
