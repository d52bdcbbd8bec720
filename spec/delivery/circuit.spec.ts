import { expect } from 'chai';
import { SinkError, type SinkFailureKind } from '../../src/errors';
import { RecordingSink, failWith, hang, succeed, unavailable } from '../support/recording-sink';
import { numbersOf } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

const failAs = (kind: SinkFailureKind, retryAfterMs?: number) =>
  failWith(new SinkError('Give the user a role.', { retryable: true, kind, ...(retryAfterMs && { retryAfterMs }) }));

describe('the circuit of a sink', () => {
  it('opens after five failures in a row, and closes after one small write', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1 });
    sink.onWrites(unavailable, unavailable, unavailable, unavailable, unavailable, unavailable);
    push(20);
    await clock.advance(1 + 3 * 100);
    expect(lane()).to.include({ circuit: 'closed', state: 'waiting-to-retry', writeLimit: 100 });
    await clock.advance(100);
    expect(lane()).to.include({ circuit: 'open', state: 'waiting-to-retry', writeLimit: 1 });
    expect(sink.writes).to.have.length(5);
    await clock.advance(1_000);
    expect(sink.writes.map(batch => batch.length)).to.deep.equal([20, 20, 20, 20, 20, 1, 1, 19]);
    expect(numbersOf(sink.stored)).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(lane()).to.include({ circuit: 'closed', delivered: 20, retries: 7, batches: 1 });
  });

  it('opens after as many failures as told', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, circuitFailures: 2 });
    sink.onEveryWrite(unavailable);
    push(3);
    await clock.advance(101);
    expect(lane().circuit).to.equal('open');
    expect(sink.writes.map(batch => batch.length)).to.deep.equal([3, 3]);
  });

  it('is half-open while the small write is under way, and attempts nothing before', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, circuitFailures: 1, random: () => 1 });
    sink.onWrites(unavailable, hang);
    push(3);
    await clock.advance(200);
    expect(sink.writes).to.have.length(1);
    await clock.advance(1);
    expect(lane().circuit).to.equal('half-open');
    expect(sink.writes.map(batch => batch.length)).to.deep.equal([3, 1]);
  });

  it('counts failures in a row only', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxDelayMs: 1, circuitFailures: 2 });
    for (let round = 0; round < 5; round++) {
      sink.onWrites(unavailable, succeed);
      push();
      await clock.advance(1_000);
      expect(lane()).to.include({ circuit: 'closed', delivered: round + 1 });
    }
  });

  it('opens also for a sink that cannot be opened, or hangs', async () => {
    const sinks = [
      new RecordingSink('closed').onOpens(...Array.from({ length: 9 }, () => failWith(new Error('no route')))),
      new RecordingSink('hung').onEveryWrite(hang),
      new RecordingSink('working'),
    ];
    const { push, clock, lane } = testDelivery({ sinks, maxDelayMs: 1_000 });
    const lags: number[] = [];
    for (let second = 0; second < 60; second++) {
      push(20);
      await clock.advance(1_000);
      lags.push(lane('working').accepted - lane('working').delivered);
    }
    // R12: each attempt ends after 10 s, five of them open the circuit, and nobody else is slowed down.
    expect(sinks[1]!.signals.slice(0, 5).every(signal => signal.aborted)).to.equal(true);
    expect(lane('hung')).to.include({ delivered: 0, lastError: 'there was no answer within 10000 ms' });
    expect(lane('hung').circuit).not.to.equal('closed');
    expect(sinks[1]!.writes).to.have.length(6);
    expect(lane('closed')).to.include({ circuit: 'closed', delivered: 1_200 });
    expect(Math.max(...lags)).to.be.at.most(20);
  });

  it('tells the end of an outage, how long it was and what it cost', async () => {
    const { push, sink, clock, reports, lane } = testDelivery({ maxQueueRecords: 100, maxDelayMs: 1 });
    sink.onEveryWrite(unavailable);
    push(100);
    await clock.advance(30_000);
    push(110);
    sink.onEveryWrite(succeed);
    await clock.advance(1_000);
    expect(lane()).to.include({ circuit: 'closed', delivered: 200 });
    const told = reports.find(report => report.code === 'SINK_RECOVERED');
    expect(told!.message).to.match(
      /^Sink "recording" works again after 30(\.\d)? s: 199 records waited for it, 10 records were lost\.$/,
    );
  });

  it('says nothing of the end of a short trouble', async () => {
    const { push, sink, clock, reports } = testDelivery({ maxDelayMs: 1 });
    sink.onWrites(unavailable, unavailable);
    push(3);
    await clock.advance(10_000);
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_WRITE_FAILED']);
  });
});

describe('a sink that is overloaded', () => {
  it('is given half as much after each complaint, and slowly more after that', async () => {
    const { push, sink, clock, lane } = testDelivery({ maxBatchRecords: 64, maxDelayMs: 1 });
    sink.onWrites(failAs('overloaded'), failAs('overloaded'));
    push(64);
    await clock.advance(1_000);
    expect(sink.writes.map(batch => batch.length)).to.deep.equal([64, 32, 16, 16, 24, 8]);
    expect(lane()).to.include({ delivered: 64, writeLimit: 32 });
    for (let batch = 0; batch < 20; batch++) {
      push(64);
      await clock.advance(100);
    }
    expect(lane()).to.include({ writeLimit: 64, delivered: 21 * 64 });
    expect(numbersOf(sink.stored)).to.deep.equal(Array.from({ length: 21 * 64 }, (_, index) => index + 1));
  });

  it('is left alone as long as it asks for', async () => {
    const { push, sink, clock } = testDelivery({ maxDelayMs: 1 });
    sink.onWrites(failAs('overloaded', 5_000));
    push(4);
    await clock.advance(5_000);
    expect(sink.writes).to.have.length(1);
    await clock.advance(1);
    expect(sink.writes.length).to.be.above(1);
  });
});

describe('a sink that is wrongly set up', () => {
  it('pauses: it is tried rarely, and what to do is told once', async () => {
    const { push, sink, clock, lane, reports } = testDelivery({ maxDelayMs: 1 });
    sink.onEveryWrite(failAs('configuration'));
    push(3);
    await clock.advance(10);
    expect(lane()).to.include({ state: 'paused', circuit: 'open', inFlight: 3 });
    await clock.advance(600_000);
    expect(sink.writes).to.have.length(21);
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_PAUSED']);
    expect(reports[0]!.message).to.equal(
      'Sink "recording" stores nothing until its settings are changed: Give the user a role. ' +
        'It is tried again every 30 s. Its records are kept, up to 10000.',
    );
    sink.onEveryWrite(succeed);
    await clock.advance(30_000);
    expect(lane()).to.include({ delivered: 3, circuit: 'closed', state: 'idle' });
    expect(reports.at(-1)!.code).to.equal('SINK_RECOVERED');
  });

  it('is paused as well when it cannot be opened for that', async () => {
    const { push, sink, clock, lane, reports } = testDelivery();
    sink.onOpens(failAs('configuration'));
    push();
    await clock.settle();
    expect(lane()).to.include({ state: 'paused', circuit: 'open' });
    expect(reports.map(report => report.code)).to.deep.equal(['SINK_PAUSED']);
    await clock.advance(30_000);
    expect(lane()).to.include({ delivered: 1 });
  });
});
