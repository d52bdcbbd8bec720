import { expect } from 'chai';
import { LoggingError } from '../../src/errors';
import type { Sink } from '../../src/sinks/sink';
import { failWith, hang, throwAtOnce, type Step } from '../support/recording-sink';
import { numbersOf } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

describe('a sink', () => {
  it('is opened once, soon after the first record and before the first write', async () => {
    const { push, sink, clock } = testDelivery();
    await clock.advance(5_000);
    expect(sink.opens).to.equal(0);
    push();
    expect(sink.opens).to.equal(0);
    await clock.settle();
    expect(sink.opens).to.equal(1);
    expect(sink.writes).to.have.length(0);
    push(500);
    await clock.advance(1_000);
    expect(sink.opens).to.equal(1);
    expect(sink.stored).to.have.length(501);
  });

  it('is opened before there is a record when delivery is told so, and only once', async () => {
    const { delivery, push, sink, clock } = testDelivery();
    delivery.open();
    delivery.open();
    expect(sink.opens).to.equal(0);
    await clock.settle();
    push();
    await clock.advance(1_000);
    expect(sink.opens).to.equal(1);
    expect(sink.stored).to.have.length(1);
  });

  it('is not opened any more when delivery is closed first', async () => {
    const { delivery, sink, clock } = testDelivery();
    delivery.open();
    const closed = delivery.close();
    await clock.settle();
    await closed;
    expect(sink).to.include({ opens: 0, closes: 1 });
  });

  it('that cannot be opened does not hold up close when there is nothing to write', async () => {
    const { delivery, sink, clock, lane } = testDelivery({ random: () => 1 });
    sink.onOpens(hang, hang);
    delivery.open();
    await clock.settle();
    const closed = delivery.close({ deadlineMs: 5_000 });
    await clock.settle();
    await closed;
    expect(sink).to.include({ opens: 1, closes: 1 });
    expect(lane()).to.include({ state: 'closed' });
    expect(clock).to.include({ timers: 0, holds: 0 });
  });

  it('needs neither open nor close', async () => {
    const stored: string[] = [];
    const bare: Sink = { name: 'bare', write: async batch => void stored.push(...batch.map(record => record._id)) };
    const { push, clock, delivery, lane } = testDelivery({ sinks: [bare] });
    push(2);
    const closed = delivery.close();
    await clock.settle();
    await closed;
    expect(stored).to.have.length(2);
    expect(lane('bare')).to.include({ state: 'closed', delivered: 2 });
  });

  const failures: Readonly<Record<string, Step>> = {
    rejects: failWith(new Error('access denied.')),
    'throws synchronously': throwAtOnce(new Error('access denied.')),
  };
  for (const [how, step] of Object.entries(failures)) {
    it(`that ${how} on opening is told about once, keeps its records and is tried again`, async () => {
      const { push, sink, clock, lane, reports } = testDelivery({ random: () => 1 });
      sink.onOpens(step, step, step);
      push(3);
      await clock.settle();
      expect(lane()).to.include({ state: 'waiting-to-retry', queued: 3, inFlight: 0, lastError: 'access denied' });
      await clock.advance(1_399);
      expect(sink).to.include({ opens: 3 });
      expect(sink.writes).to.have.length(0);
      await clock.advance(1);
      expect(sink).to.include({ opens: 4 });
      expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 3]);
      expect(lane()).to.include({ state: 'idle', failingSince: null });
      expect(reports.map(report => report.code)).to.deep.equal(['SINK_OPEN_FAILED']);
      expect(reports[0]!.message).to.equal(
        'Sink "recording" could not be opened: access denied. Its records are kept, up to 10000, and it is tried again.',
      );
    });
  }

  it('that hangs on opening is tried again after the write timeout', async () => {
    const { push, sink, clock, lane, reports } = testDelivery({ writeTimeoutMs: 2_000 });
    sink.onOpens(hang);
    push();
    await clock.settle();
    expect(lane().state).to.equal('opening');
    await clock.advance(2_100);
    expect(sink.opens).to.equal(2);
    expect(lane()).to.include({ delivered: 1 });
    expect(reports[0]!.message).to.contain('there was no answer within 2000 ms');
  });

  it('that cannot be opened loses records by the limits of its queue only', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 5, maxQueueRecords: 5 });
    sink.onOpens(hang);
    push(8);
    await clock.settle();
    expect(lane()).to.include({ queued: 5 });
    expect(lane().dropped['queue-full']).to.equal(3);
    await clock.advance(20_000);
    expect(numbersOf(sink.stored)).to.deep.equal([4, 5, 6, 7, 8]);
  });

  it('may report by its context, and is safe from a report that throws', async () => {
    const { push, sink, clock, reports } = testDelivery({
      onReport() {
        throw new Error('the listener failed');
      },
    });
    push();
    await clock.settle();
    sink.context!.report(new LoggingError('INDEX_FAILED', 'An index was not made.'));
    expect(reports.map(report => report.code)).to.deep.equal(['INDEX_FAILED']);
  });
});
