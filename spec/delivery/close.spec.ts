import { expect } from 'chai';
import {
  RecordingSink,
  failWith,
  hang,
  heldWrite,
  succeed,
  throwAtOnce,
  unavailable,
  type Step,
} from '../support/recording-sink';
import { numbersOf } from '../support/numbered-records';
import { hasSettled, testDelivery } from '../support/test-delivery';

describe('close', () => {
  it('delivers what is pending, then closes the sinks', async () => {
    const { delivery, push, sink, clock, lane } = testDelivery({ maxBatchRecords: 2 });
    push(5);
    const closed = delivery.close();
    await clock.settle();
    await closed;
    expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 3, 4, 5]);
    expect(sink.closes).to.equal(1);
    expect(lane()).to.include({ state: 'closed', delivered: 5 });
    expect(clock).to.include({ timers: 0, holds: 0 });
  });

  it('happens once, for all who call', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    push();
    const closed = Promise.all([delivery.close(), delivery.close({ deadlineMs: 1 }), delivery.close()]);
    await clock.settle();
    await closed;
    await delivery.close();
    await delivery.flush();
    expect(sink).to.include({ closes: 1 });
    expect(sink.writes).to.have.length(1);
  });

  it('closes a sink that was never given a record, without opening it', async () => {
    const { delivery, sink } = testDelivery();
    await delivery.close();
    expect(sink).to.include({ opens: 0, closes: 1 });
  });

  it('drops and counts what comes afterwards', async () => {
    const { delivery, push, clock, lane, drops, reports } = testDelivery();
    push();
    const closed = delivery.close();
    push(2);
    await clock.settle();
    await closed;
    push(3);
    expect(lane()).to.include({ accepted: 6, delivered: 1 });
    expect(lane().dropped).to.include({ 'queue-full': 0, rejected: 0, closed: 5 });
    await clock.settle();
    expect(drops.map(drop => drop.count)).to.deep.equal([2, 3]);
    expect(reports.map(report => report.code)).to.deep.equal(['RECORDS_DROPPED']);
  });

  it('drops and counts what is pending at the deadline, and aborts the write', async () => {
    const { delivery, push, sink, clock, lane, drops, reports } = testDelivery({ maxBatchRecords: 2 });
    sink.onEveryWrite(hang);
    push(5);
    const flushed = delivery.flush();
    const closed = delivery.close({ deadlineMs: 3_000 });
    await clock.advance(2_999);
    expect(await hasSettled(closed)).to.equal(false);
    expect(sink.signals[0]!.aborted).to.equal(false);
    await clock.advance(1);
    await closed;
    await flushed;
    expect(sink.signals[0]!.aborted).to.equal(true);
    expect(lane()).to.include({ state: 'closed', delivered: 0, queued: 0, queuedBytes: 0, inFlight: 0 });
    expect(lane().dropped).to.include({ 'queue-full': 0, rejected: 0, closed: 5 });
    expect(drops).to.deep.equal([{ sink: 'recording', reason: 'closed', count: 5 }]);
    expect(reports.map(report => report.code)).to.deep.equal(['RECORDS_DROPPED']);
    expect(sink.closes).to.equal(1);
    await clock.advance(60_000);
    expect(sink.writes).to.have.length(1);
  });

  it('shows a right sum to a sink that looks when it is aborted', async () => {
    const { delivery, push, sink, clock, stats } = testDelivery();
    let looks = 0;
    sink.onEveryWrite((_, signal) => {
      signal.addEventListener('abort', () => {
        stats();
        looks++;
      });
      return hang();
    });
    push(2);
    const closed = delivery.close({ deadlineMs: 10 });
    await clock.advance(10);
    await closed;
    expect(looks).to.equal(1);
  });

  it('does not count what a write given up at the deadline still stores', async () => {
    const { delivery, push, sink, clock, lane } = testDelivery();
    const late = heldWrite();
    sink.onWrites(late.step);
    push(2);
    const closed = delivery.close({ deadlineMs: 10 });
    await clock.advance(10);
    await closed;
    late.release();
    await clock.settle();
    expect(lane()).to.include({ delivered: 0 });
    expect(lane().dropped.closed).to.equal(2);
  });

  it('tries a failing sink several times instead of sitting out a long wait', async () => {
    const { delivery, push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, random: () => 1 });
    sink.onEveryWrite(unavailable);
    push(3);
    await clock.advance(120_000);
    const before = sink.writes.length;
    const closed = delivery.close({ deadlineMs: 5_000 });
    await clock.advance(1_000);
    expect(sink.writes.length - before).to.equal(3);
    sink.onEveryWrite(succeed);
    await clock.advance(1_000);
    await closed;
    expect(lane()).to.include({ delivered: 3 });
  });

  it('does not let one lane use up the time of another', async () => {
    const hung = new RecordingSink('hung').onEveryWrite(hang);
    const working = new RecordingSink('working');
    const { delivery, push, clock, lane } = testDelivery({ sinks: [hung, working] });
    push(2);
    const closed = delivery.close({ deadlineMs: 1_000 });
    await clock.settle();
    expect(working.closes).to.equal(1);
    expect(lane('working').state).to.equal('closed');
    await clock.advance(1_000);
    await closed;
    expect(lane('hung').dropped.closed).to.equal(2);
  });

  it('ends a sink that cannot be opened', async () => {
    const { delivery, push, sink, clock, lane } = testDelivery();
    sink.onOpens(hang);
    push(2);
    const closed = delivery.close({ deadlineMs: 1_000 });
    await clock.advance(1_000);
    await closed;
    expect(lane().dropped.closed).to.equal(2);
    expect(sink).to.include({ opens: 1, closes: 1 });
    expect(sink.writes).to.have.length(0);
  });

  const failures: Readonly<Record<string, Step>> = {
    rejects: failWith(new Error('disk gone.')),
    'throws synchronously': throwAtOnce(new Error('disk gone.')),
  };
  for (const [how, step] of Object.entries(failures)) {
    it(`reports a sink whose close ${how}, and still resolves`, async () => {
      const { delivery, push, sink, clock, lane, reports } = testDelivery();
      sink.onClose(step);
      push();
      const closed = delivery.close();
      await clock.settle();
      await closed;
      expect(lane()).to.include({ state: 'closed', delivered: 1 });
      expect(reports.map(report => report.message)).to.deep.equal(['Sink "recording" could not be closed: disk gone.']);
      expect(reports[0]!.code).to.equal('SINK_CLOSE_FAILED');
    });
  }

  it('waits for a sink that hangs on closing until the deadline', async () => {
    const { delivery, sink, clock, reports } = testDelivery();
    sink.onClose(hang);
    const closed = delivery.close({ deadlineMs: 1_000 });
    await clock.advance(999);
    expect(await hasSettled(closed)).to.equal(false);
    await clock.advance(1);
    await closed;
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_CLOSE_FAILED']);
  });

  it('gives a sink a moment to close when its writes used up the deadline', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    sink.onEveryWrite(hang).onClose(hang);
    push();
    const closed = delivery.close({ deadlineMs: 1_000 });
    await clock.advance(1_199);
    expect(await hasSettled(closed)).to.equal(false);
    await clock.advance(1);
    await closed;
    expect(clock).to.include({ timers: 0, holds: 0 });
  });

  it('waits five seconds unless told otherwise', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    sink.onEveryWrite(hang);
    push();
    const closed = delivery.close();
    await clock.advance(4_999);
    expect(await hasSettled(closed)).to.equal(false);
    await clock.advance(1);
    await closed;
  });
});
