import { expect } from 'chai';
import { RecordingSink, failWith, hang, throwAtOnce } from '../support/recording-sink';
import { numberedRecord, numbersOf } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

describe('sinks side by side', () => {
  it('never wait for each other, and each counts its own losses', async () => {
    const hung = new RecordingSink('hung').onEveryWrite(hang);
    const throwing = new RecordingSink('throwing').onEveryWrite(throwAtOnce(new Error('no route to host')));
    const working = new RecordingSink('working');
    const sinks = [hung, throwing, working];
    const { push, clock, lane, stats, delivery } = testDelivery({ sinks, maxQueueRecords: 200 });

    for (let round = 0; round < 20; round++) {
      push(50);
      await clock.advance(100);
      for (const { queued, inFlight } of Object.values(stats())) {
        expect(queued).to.be.at.most(200);
        expect(inFlight).to.be.at.most(100);
      }
    }
    await clock.advance(1_000);

    expect(numbersOf(working.stored)).to.deep.equal(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(lane('working')).to.include({ accepted: 1_000, delivered: 1_000, queued: 0, inFlight: 0 });
    for (const name of ['hung', 'throwing']) {
      expect(lane(name)).to.include({ accepted: 1_000, delivered: 0, queued: 200, inFlight: 100 });
      expect(lane(name).dropped).to.include({ 'queue-full': 700, rejected: 0, closed: 0 });
    }

    const closed = delivery.close({ deadlineMs: 5_000 });
    await clock.advance(5_000);
    await closed;
    expect(lane('hung').dropped).to.include({ 'queue-full': 700, rejected: 0, closed: 300 });
    expect(lane('throwing').dropped).to.include({ 'queue-full': 700, rejected: 0, closed: 300 });
    expect(lane('working').dropped).to.include({ 'queue-full': 0, rejected: 0, closed: 0 });
  });

  it('all get the same records', async () => {
    const sinks = [new RecordingSink('one'), new RecordingSink('two')];
    const { push, clock, delivery } = testDelivery({ sinks });
    push(3);
    await Promise.all([delivery.flush(), clock.settle()]);
    expect(sinks[0]!.stored).to.have.length(3);
    sinks[0]!.stored.forEach((record, index) => expect(sinks[1]!.stored[index]).to.deep.equal(record));
  });

  it('do not see what another did to a record, nor does a sink itself when the record comes again', async () => {
    const changing = new RecordingSink('changing').onWrites(async ([record]) => {
      Object.assign(record!, { level: 'error', request: null });
      throw new Error('not now');
    });
    const other = new RecordingSink('other');
    const { push, clock, delivery } = testDelivery({ sinks: [changing, other] });
    push(1);
    await clock.settle();
    await Promise.all([delivery.flush(), clock.advance(60_000)]);
    expect(changing.stored).to.deep.equal([numberedRecord(1)]);
    expect(other.stored).to.deep.equal([numberedRecord(1)]);
  });

  it('do not see what another did to the batch it was given', async () => {
    const emptying = new RecordingSink('emptying').onWrites(batch => {
      (batch as unknown[]).length = 0;
      return Promise.reject(new Error('not now'));
    });
    const other = new RecordingSink('other');
    const { push, clock } = testDelivery({ sinks: [emptying, other] });
    push(2);
    await clock.advance(2_000);
    expect(numbersOf(emptying.stored)).to.deep.equal([1, 2]);
    expect(numbersOf(other.stored)).to.deep.equal([1, 2]);
  });

  it('may be none at all', async () => {
    const { push, delivery, stats } = testDelivery({ sinks: [] });
    push();
    await delivery.flush();
    await delivery.close();
    expect(stats()).to.deep.equal({});
  });

  it('keep the counters of a failing one when the other works on', async () => {
    const down = new RecordingSink('down').onEveryWrite(failWith(new Error('connection refused')));
    const up = new RecordingSink('up');
    const { push, clock, lane } = testDelivery({ sinks: [down, up] });
    push();
    await clock.advance(1_000);
    expect(lane('down')).to.include({ lastError: 'connection refused', lastDeliveredAt: null });
    expect(lane('down').failingSince).to.deep.equal(new Date('2025-03-01T12:00:01Z'));
    expect(lane('up')).to.include({ lastError: null, failingSince: null });
    expect(lane('up').lastDeliveredAt).to.deep.equal(new Date('2025-03-01T12:00:01Z'));
  });
});
