import { expect } from 'chai';
import { SinkError } from '../../src/errors';
import { failWith, refuseHolding, rejectAt, unavailable, type WriteStep } from '../support/recording-sink';
import { numbersOf } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

const because = (...places: readonly unknown[]) => ({
  rejected: places.map(index => ({ index, reason: 'too large.' })) as never,
});

const ONE_BATCH = { maxBatchRecords: 250, maxBatchBytes: 1024 ** 2 };

describe('records that a sink can never take', () => {
  it('are dropped and counted, the others of the batch are delivered', async () => {
    const { push, sink, clock, lane, drops, reports } = testDelivery();
    sink.onWrites(rejectAt(1, 3));
    push(5);
    await clock.advance(1_000);
    expect(numbersOf(sink.stored)).to.deep.equal([1, 3, 5]);
    expect(lane()).to.include({ delivered: 3, inFlight: 0, retries: 0, lastError: 'too large' });
    expect(lane().dropped).to.include({ 'queue-full': 0, rejected: 2, closed: 0 });
    expect(drops).to.deep.equal([{ sink: 'recording', reason: 'rejected', count: 2 }]);
    expect(reports.map(report => report.code)).to.deep.equal(['RECORDS_DROPPED']);
    expect(reports[0]!.message).to.contain('Sink "recording" can never take 2 records, now dropped: too large.');
  });

  it('are found by halving a batch that is refused as a whole', async () => {
    const { push, sink, clock, lane, reports } = testDelivery();
    sink.onEveryWrite(refuseHolding(3));
    push(4);
    await clock.advance(1_000);
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]);
    expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 4]);
    expect(lane()).to.include({ delivered: 3, failingSince: null, circuit: 'closed', lastError: 'a mapping failed' });
    expect(lane().dropped.rejected).to.equal(1);
    expect(reports.map(report => report.code)).to.deep.equal(['RECORDS_DROPPED']);
  });

  it('are found although the sink fails in between', async () => {
    const { push, sink, clock, lane } = testDelivery();
    const refuse = refuseHolding(1, 4);
    sink.onWrites(refuse, unavailable, refuse, unavailable, unavailable, refuse, refuse).onEveryWrite(refuse);
    push(4);
    await clock.advance(60_000);
    expect(numbersOf(sink.stored)).to.deep.equal([2, 3]);
    expect(lane()).to.include({ delivered: 2, inFlight: 0 });
    expect(lane().dropped.rejected).to.equal(2);
  });

  for (const poison of [1, 25, 250]) {
    it(`are told apart with few more writes when they are ${poison} of 250`, async () => {
      const { push, sink, clock, lane } = testDelivery(ONE_BATCH);
      const numbers = Array.from({ length: poison }, (_, index) => 1 + Math.floor((index * 250) / poison));
      sink.onEveryWrite(refuseHolding(...numbers));
      push(250);
      await clock.advance(1_000);
      expect(lane()).to.include({ delivered: 250 - poison, inFlight: 0, queued: 0 });
      expect(lane().dropped.rejected).to.equal(poison);
      expect(sink.writes.length - 1).to.be.at.most(16 * poison);
      expect(new Set(numbersOf(sink.stored)).size).to.equal(250 - poison);
    });
  }

  it('cost no more writes when the sink names them', async () => {
    const { push, sink, clock, lane } = testDelivery(ONE_BATCH);
    sink.onEveryWrite(async batch => {
      const rejected = numbersOf(batch).flatMap((number, index) =>
        number % 10 === 0 ? [{ index, reason: 'bad' }] : [],
      );
      return { rejected };
    });
    push(250);
    await clock.advance(1_000);
    expect(sink.writes).to.have.length(1);
    expect(lane()).to.include({ delivered: 225 });
  });

  it('are dropped alone when a refusal names them, and the others are written again', async () => {
    const { push, sink, clock, lane } = testDelivery();
    sink.onWrites(failWith(new SinkError('no', { retryable: false, ...because(1) })));
    push(3);
    await clock.advance(1_000);
    expect(sink.writes.map(numbersOf)).to.deep.equal([
      [1, 2, 3],
      [1, 3],
    ]);
    expect(lane()).to.include({ delivered: 2 });
    expect(lane().dropped.rejected).to.equal(1);
  });

  it('are taken from an answer that comes together with the deadline', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, writeTimeoutMs: 2_000 });
    const tooLate = new SinkError('only a part was written in time', { retryable: true, ...because(0) });
    sink.onWrites(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(tooLate))),
    );
    push(2);
    await clock.advance(5_000);
    expect(sink.writes.map(numbersOf)).to.deep.equal([[1, 2], [2]]);
    expect(lane()).to.include({ delivered: 1, lastError: 'only a part was written in time' });
    expect(lane().dropped.rejected).to.equal(1);
  });

  it('are left out when the rest of a failed batch is tried again', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1 });
    sink.onWrites(
      failWith(new SinkError('busy', { retryable: true, retryAfterMs: 3_000, ...because(0, 2) })),
      failWith(new SinkError('busy', { retryable: true, ...because(1) })),
    );
    push(5);
    await clock.advance(1);
    expect(lane()).to.include({ state: 'waiting-to-retry', inFlight: 3 });
    await clock.advance(10_000);
    expect(sink.writes.map(numbersOf)).to.deep.equal([
      [1, 2, 3, 4, 5],
      [2, 4, 5],
      [2, 5],
    ]);
    expect(lane()).to.include({ delivered: 2, inFlight: 0 });
    expect(lane().dropped.rejected).to.equal(3);
  });

  it('may be all of a failed batch; the next one still waits', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2 });
    sink.onWrites(failWith(new SinkError('busy', { retryable: true, retryAfterMs: 3_000, ...because(0, 1) })));
    push(4);
    await clock.advance(2_999);
    expect(sink.writes).to.have.length(1);
    await clock.advance(1);
    expect(lane()).to.include({ delivered: 2, retries: 0 });
    expect(lane().dropped.rejected).to.equal(2);
  });

  it('count once when they are listed twice', async () => {
    const { push, sink, clock, lane } = testDelivery();
    sink.onWrites(rejectAt(1, 1, 1));
    push(3);
    await clock.advance(1_000);
    expect(lane()).to.include({ delivered: 2 });
    expect(lane().dropped.rejected).to.equal(1);
  });

  it('are none when the places lie outside the batch, which is told', async () => {
    const { push, sink, clock, lane, reports } = testDelivery();
    const nonsense: WriteStep = async () => because(-1, 3, 0.5, Number.NaN, '1', undefined);
    sink.onWrites(nonsense, async () => ({ rejected: [null, 7] }) as never);
    push(3);
    await clock.advance(1_000);
    push(2);
    await clock.advance(1_000);
    expect(lane()).to.include({ delivered: 5 });
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_WRITE_FAILED']);
    expect(reports[0]!.message).to.contain('rejected 6 records that its batch does not hold');
  });

  for (const answer of [null, 7, 'stored', [], { rejected: null }, { rejected: 'all' }, { rejected: {} }]) {
    it(`are none when the sink answers ${JSON.stringify(answer)}`, async () => {
      const { push, sink, clock, lane, reports } = testDelivery();
      sink.write = async () => answer as never;
      push(2);
      await clock.advance(1_000);
      expect(lane()).to.include({ delivered: 2 });
      expect(reports).to.deep.equal([]);
    });
  }
});
