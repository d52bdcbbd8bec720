import { expect } from 'chai';
import type { AnyRecord, LossRecord } from '../../src/record/log-record';
import { numbersOf, packedRecord } from '../support/numbered-records';
import { refuseHolding, rejectAt, succeed, unavailable, type WriteStep } from '../support/recording-sink';
import { sampleRecord } from '../support/sample-record';
import { testDelivery } from '../support/test-delivery';

const lossesIn = (records: readonly AnyRecord[]): LossRecord[] =>
  records.flatMap(record => (record.kind === 'loss' ? [record] : []));

const lossyDelivery = (settings: Parameters<typeof testDelivery>[0] = {}) =>
  testDelivery({ lossRecords: true, maxBatchRecords: 2, maxQueueRecords: 4, maxDelayMs: 1, ...settings });

describe('a sink that lost records', () => {
  it('is told so by a record of its own when it works again', async () => {
    const { push, sink, clock, lane } = lossyDelivery();
    sink.onEveryWrite(unavailable);
    push(2);
    await clock.advance(10);
    push(5);
    await clock.advance(20_000);
    push(3);
    expect(lossesIn(sink.writes.flat())).to.deep.equal([]);
    sink.onEveryWrite(succeed);
    await clock.advance(30_000);
    const [loss, ...others] = lossesIn(sink.stored);
    expect(others).to.deep.equal([]);
    expect(loss!._id).to.match(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect({ ...loss, _id: '' }).to.deep.equal({
      _id: '',
      schema: 1,
      kind: 'loss',
      level: 'warn',
      service: sampleRecord().service,
      since: new Date('2025-03-01T12:00:00.010Z'),
      at: new Date('2025-03-01T12:00:20.010Z'),
      lost: 4,
      reasons: { 'queue-full': 4 },
      minute: Math.floor(Date.parse('2025-03-01T12:00:20Z') / 60_000),
    });
    expect(lane()).to.include({ accepted: 11, delivered: 7 });
  });

  it('is given it apart from requests', async () => {
    const { push, sink, clock } = lossyDelivery();
    sink.onWrites(rejectAt(0));
    push(4);
    await clock.advance(10);
    for (const batch of sink.writes) expect(new Set(batch.map(record => record.kind)).size).to.equal(1);
    expect(lossesIn(sink.stored)[0]).to.deep.include({ lost: 1, reasons: { rejected: 1 } });
  });

  it('is told once a minute at most, and then of all since', async () => {
    const { push, sink, clock } = lossyDelivery();
    for (let second = 0; second < 180; second++) {
      sink.onWrites(rejectAt(0));
      push(2);
      await clock.advance(1_000);
    }
    const losses = lossesIn(sink.stored);
    expect(losses.map(loss => loss.lost)).to.deep.equal([1, 60, 60]);
  });

  it('is told before it is closed, also within a minute', async () => {
    const { push, sink, clock, delivery, lane } = lossyDelivery();
    sink.onWrites(rejectAt(0), succeed, rejectAt(0, 1));
    push(2);
    await clock.advance(10);
    push(4);
    const closed = delivery.close();
    await clock.settle();
    await closed;
    expect(lossesIn(sink.stored).map(loss => loss.lost)).to.deep.equal([1, 2]);
    expect(lane()).to.include({ state: 'closed', delivered: 5, queued: 0 });
  });

  it('is told before it is closed, also with nothing left to deliver', async () => {
    const { push, sink, clock, delivery, lane } = lossyDelivery();
    sink.onWrites(rejectAt(0), succeed, rejectAt(0, 1));
    push(2);
    await clock.advance(10);
    push(2);
    await clock.advance(10);
    expect(lane()).to.include({ queued: 0, inFlight: 0 });
    const closed = delivery.close();
    await clock.settle();
    await closed;
    expect(lossesIn(sink.stored).map(loss => loss.lost)).to.deep.equal([1, 2]);
  });

  it('is waited for by flush with that record', async () => {
    const { push, sink, clock, delivery } = lossyDelivery({ maxDelayMs: 60_000 });
    sink.onWrites(rejectAt(0));
    push(2);
    const flushed = delivery.flush();
    await clock.settle();
    await flushed;
    expect(lossesIn(sink.stored)).to.have.length(1);
  });

  it('is told later what a loss record said that was lost itself', async () => {
    const { push, sink, clock, delivery, lane } = lossyDelivery({ maxDelayMs: 100 });
    sink.onWrites(rejectAt(0));
    push(2);
    await clock.settle();
    expect(lane()).to.include({ queued: 1, accepted: 3 });
    for (let number = 3; number <= 8; number++) delivery.push(packedRecord(number, { level: 'error' }));
    expect(lane().dropped).to.include({ rejected: 1, 'queue-full': 3 });
    await clock.advance(60_000);
    push(2);
    await clock.advance(1_000);
    expect(lossesIn(sink.stored)).to.have.length(1);
    expect(lossesIn(sink.stored)[0]).to.deep.include({ lost: 3, reasons: { rejected: 1, 'queue-full': 2 } });
  });

  it('is left alone with them when it does not take them, and others are not held up', async () => {
    const { push, sink, clock, lane } = lossyDelivery();
    const stumble: WriteStep = async batch => {
      for (const record of batch) (record as { response: { status: number } }).response.status.toFixed();
      if (numbersOf(batch).includes(1)) throw new Error('never');
    };
    sink.onWrites(rejectAt(0)).onEveryWrite(stumble);
    push(2);
    for (let minute = 0; minute < 20; minute++) {
      await clock.advance(60_000);
      push(2);
    }
    await clock.advance(60_000);
    expect(lossesIn(sink.writes.flat())).to.have.length(3);
    expect(lossesIn(sink.stored)).to.deep.equal([]);
    expect(lane()).to.include({ delivered: 41, queued: 0, inFlight: 0 });
    expect(lane().dropped.rejected).to.equal(4);
  });

  it('is not told when the option says so', async () => {
    const { push, sink, clock } = lossyDelivery({ lossRecords: false });
    sink.onWrites(rejectAt(0));
    push(4);
    await clock.advance(10);
    expect(sink.stored).to.have.length(3);
  });

  it('is told of records that it refused as a whole, and of each reason', async () => {
    const { push, sink, clock, delivery } = lossyDelivery();
    sink.onEveryWrite(refuseHolding(3));
    push(2);
    delivery.push(packedRecord(7));
    push(4);
    await clock.advance(10);
    expect(lossesIn(sink.stored)[0]!.reasons).to.deep.equal({ 'queue-full': 3, rejected: 1 });
  });
});
