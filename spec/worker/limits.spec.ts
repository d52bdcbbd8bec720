import { expect } from 'chai';
import { GATE } from '../support/gated-sink';
import { until } from '../support/test-app';
import { expectConservation, GatedApp } from './arrange';

describe('a worker that does not get on', () => {
  let gated: GatedApp;
  beforeEach(() => (gated = new GatedApp()));
  afterEach(() => gated.remove());

  it('is waited for within maxPendingExchanges; what goes beyond is counted and told once', async () => {
    await gated.start({ maxPendingExchanges: 4 });
    await gated.block();
    await gated.request(10);
    await until(() => gated.stats.exchanges.dropped.overloaded === 6);
    expect(gated.stats.exchanges.pending).to.equal(4);
    expectConservation(gated.stats);
    gated.gate.set(GATE.open);
    await gated.app.logging.flush();
    expect(gated.stored).to.have.length(5);
    expect(gated.lane.delivered).to.equal(5);
    expectConservation(gated.stats);
    expect(gated.app.reports.map(({ code }) => code)).to.deep.equal(['RECORDS_DROPPED']);
  });

  it('is waited for within maxPendingBytes', async () => {
    await gated.start({ maxPendingBytes: 10_000 });
    await gated.block();
    await gated.request(10);
    await until(() => gated.stats.exchanges.dropped.overloaded + gated.stats.exchanges.pending === 10);
    expect(gated.stats.exchanges.pending).to.be.within(1, 5);
    gated.gate.set(GATE.open);
    await gated.app.logging.flush();
    expectConservation(gated.stats);
  });

  it('is ended at the deadline of close(), and all that it had is counted', async () => {
    await gated.start();
    await gated.block();
    await gated.request(3);
    await until(() => gated.stats.exchanges.pending === 3);
    await gated.app.logging.close({ deadlineMs: 20 });
    expect(gated.stats.worker).to.deep.equal({ state: 'closed', crashes: 0 });
    expect(gated.stats.exchanges.dropped.closed).to.equal(3);
    expect(gated.lane).to.deep.include({ state: 'closed', accepted: 1, delivered: 0 });
    expect(gated.lane.dropped.closed).to.equal(1);
    expectConservation(gated.stats);
    await gated.app.logging.flush();
  });

  it('delivers everything in close() when there is time', async () => {
    await gated.start({ delivery: { maxDelayMs: 60_000 } });
    await gated.request(5);
    await gated.app.logging.close();
    expect(gated.stored).to.have.length(5);
    expect(gated.lane).to.deep.include({ state: 'closed', delivered: 5 });
    expectConservation(gated.stats);
  });
});
