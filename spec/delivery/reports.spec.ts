import { expect } from 'chai';
import { runInNewContext } from 'node:vm';
import { failWith, rejectAt, succeed, unavailable } from '../support/recording-sink';
import { testDelivery } from '../support/test-delivery';

describe('an outage', () => {
  it('is told once, however often the sink is tried', async () => {
    const { push, sink, clock, reports, lane } = testDelivery();
    sink.onEveryWrite(unavailable);
    push(2);
    await clock.advance(600_000);
    expect(lane().retries).to.be.above(100);
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_WRITE_FAILED']);
    expect(reports[0]!.message).to.equal(
      'Sink "recording" did not take a batch of 2 records: The server answered 503. ' +
        'They are tried again; more wait behind them, up to 10000.',
    );
  });

  it('is told again when the sink had recovered in between, but not twice within a minute', async () => {
    const { push, sink, clock, reports, lane } = testDelivery({ maxDelayMs: 1 });
    for (let outage = 0; outage < 3; outage++) {
      sink.onWrites(unavailable);
      push();
      await clock.advance(1_000);
      expect(lane().failingSince).to.equal(null);
    }
    expect(reports).to.have.length(1);
    sink.onEveryWrite(unavailable);
    push();
    await clock.advance(30_000);
    expect(reports).to.have.length(1);
    await clock.advance(60_000);
    expect(reports).to.have.length(2);
  });

  it('is told in the words of the sink, without the error itself', async () => {
    const { push, sink, clock, reports } = testDelivery();
    const cause = Object.assign(new Error('E11000'), { op: { password: 'canary-51c9' } });
    sink.onWrites(failWith(cause));
    push();
    await clock.advance(1_000);
    expect(reports[0]!.message).to.contain('E11000');
    expect(reports[0]!.cause).to.equal(undefined);
  });

  it('is told in the words of an error from another realm as well', async () => {
    const { push, sink, clock, lane } = testDelivery();
    sink.onWrites(failWith(runInNewContext('new Error("connection refused")')));
    push();
    await clock.advance(1_000);
    expect(lane().lastError).to.equal('connection refused');
  });

  it('quotes nothing of a thrown value that is not an error', async () => {
    const { push, sink, clock, reports } = testDelivery();
    sink.onWrites(failWith('mongodb://root:canary-51c9@db'));
    push();
    await clock.advance(1_000);
    expect(reports[0]!.message).to.contain('something was thrown that is not an error');
    expect(reports[0]!.message).not.to.contain('canary-51c9');
  });

  it('is cut short when the words of the sink are many', async () => {
    const { push, sink, clock, reports, lane } = testDelivery();
    sink.onWrites(failWith(new Error('x'.repeat(100_000))));
    push();
    await clock.advance(1_000);
    expect(reports[0]!.message.length).to.be.below(1_000);
    expect(lane().lastError).to.have.length(500);
  });
});

describe('losses', () => {
  it('are told once a minute for each reason, with how many they were since', async () => {
    const { push, clock, reports, lane, sink } = testDelivery({ maxBatchRecords: 1, maxQueueRecords: 1 });
    sink.onEveryWrite(unavailable);
    push();
    await clock.settle();
    push(11);
    expect(lane().dropped['queue-full']).to.equal(10);
    await clock.advance(59_999);
    push();
    const dropReports = () => reports.filter(report => report.code === 'RECORDS_DROPPED').map(report => report.message);
    await clock.settle();
    expect(dropReports()).to.have.length(1);
    expect(dropReports()[0]).to.contain('lost 10 records: its queue is full (delivery.maxQueueRecords is 1');
    await clock.advance(1);
    push();
    await clock.settle();
    expect(dropReports()).to.have.length(2);
    expect(dropReports()[1]).to.contain('lost 2 records:');
  });

  it('of another reason are told on their own', async () => {
    const { push, sink, clock, reports } = testDelivery({ maxBatchRecords: 2, maxQueueRecords: 2 });
    sink.onWrites(rejectAt(0), rejectAt(1));
    push(3);
    await clock.settle();
    push(1);
    await clock.settle();
    expect(reports.map(report => report.message.slice(0, 35))).to.deep.equal([
      'Sink "recording" lost 1 record: its',
      'Sink "recording" can never take 1 r',
    ]);
  });
});

describe('a hook that fails', () => {
  const failures: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('canary-51c9');
    },
    'returns a promise that rejects': () => Promise.reject(new Error('canary-51c9')),
  };
  for (const [how, fail] of Object.entries(failures)) {
    it(`changes nothing when onDrop ${how}, and is told once`, async () => {
      const { push, sink, clock, lane, reports } = testDelivery({ onDrop: fail, maxBatchRecords: 4 });
      sink.onWrites(rejectAt(0, 1), rejectAt(0));
      push(8);
      await clock.settle();
      expect(lane()).to.include({ delivered: 5, queued: 0, inFlight: 0 });
      expect(lane().dropped.rejected).to.equal(3);
      expect(reports.map(report => report.code)).to.deep.equal(['RECORDS_DROPPED', 'HOOK_FAILED']);
      expect(reports[1]!.message).to.contain('onDrop failed for sink "recording"');
    });

    it(`changes nothing when report ${how}`, async () => {
      const { push, sink, clock, lane } = testDelivery({ onReport: fail });
      sink.onWrites(unavailable, rejectAt(0), succeed);
      push(3);
      await clock.advance(5_000);
      push(2);
      await clock.advance(5_000);
      expect(lane()).to.include({ delivered: 4 });
      expect(lane().dropped.rejected).to.equal(1);
    });
  }

  it('may push, flush and close itself', async () => {
    const test = testDelivery({
      maxBatchRecords: 3,
      maxQueueRecords: 3,
      onDrop() {
        if (test.lane().accepted < 20) test.push();
        void test.delivery.flush();
        void test.delivery.close();
      },
    });
    test.push(4);
    await test.clock.advance(10_000);
    expect(test.lane()).to.include({ state: 'closed', queued: 0, inFlight: 0 });
    expect(test.lane().accepted).to.equal(20);
  });

  it('of our own stops the lane only, and close still ends it', async () => {
    const { push, sink, clock, delivery, lane, reports } = testDelivery({
      random() {
        throw new Error('no entropy');
      },
    });
    sink.onWrites(unavailable);
    push(2);
    await clock.advance(1_000);
    expect(reports.map(report => report.message).at(-1)).to.contain('This is a fault of logged-controllers');
    const closed = delivery.close({ deadlineMs: 100 });
    await clock.advance(100);
    await closed;
    expect(lane()).to.include({ state: 'closed' });
    expect(lane().dropped.closed).to.equal(2);
  });
});
