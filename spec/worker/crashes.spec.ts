import { expect } from 'chai';
import { GATE } from '../support/gated-sink';
import { IN_WORKER, until } from '../support/test-app';
import { expectConservation, GatedApp } from './arrange';

describe('a worker that ends by itself', () => {
  let gated: GatedApp;
  beforeEach(() => (gated = new GatedApp()));
  afterEach(() => gated.remove());

  // `npm run test:worker` has the time for all of them.
  const ways = [
    ['because nobody catches an error', GATE.throwing, 'see error.cause'],
    ['because something calls process.exit', GATE.exiting, 'see error.cause'],
    ['because it has no memory left', GATE.leaking, 'out of memory'],
  ] as const;
  for (const [name, state, words] of IN_WORKER ? ways : ways.slice(0, 1)) {
    it(`${name} is replaced; what its lanes held is counted`, async () => {
      await gated.start({ worker: { maxHeapMiB: 64 } });
      await gated.request(2);
      await gated.app.logging.flush();
      gated.gate.set(GATE.busy);
      await gated.request(3);
      await until(() => gated.stats.exchanges.recorded === 5);
      gated.gate.set(state);
      await until(() => gated.stats.worker!.crashes === 1);
      gated.gate.set(GATE.open);
      expect(gated.lane.dropped.crashed).to.equal(3);
      await gated.request(1);
      await gated.app.logging.flush();

      expect(gated.stats.worker).to.deep.equal({ state: 'running', crashes: 1 });
      expect(gated.lane).to.deep.include({ accepted: 6, delivered: 3 });
      expect(gated.stored).to.have.length(3);
      expectConservation(gated.stats);
      expect(gated.app.reports.map(({ code }) => code)).to.deep.equal(['WORKER_FAILED']);
      const { message, cause } = gated.app.reports[0]!;
      expect(message).to.contain(words).and.to.contain('Sink "gated" lost 3');
      expect(message + String((cause as Error).stack)).not.to.contain('canary');
    });
  }

  it('gives the snapshots that it had not done to the next one', async () => {
    await gated.start();
    await gated.block();
    // They wait in the port of the worker.
    await gated.request(5);
    await until(() => gated.stats.exchanges.pending === 5);
    gated.gate.set(GATE.exiting);
    await until(() => gated.stats.worker!.crashes === 1);
    gated.gate.set(GATE.open);
    await gated.app.logging.flush();
    expect(gated.stats.exchanges).to.deep.include({ seen: 6, recorded: 6, pending: 0 });
    expect(gated.stored).to.have.length(5);
    expect(gated.lane.dropped.crashed).to.equal(1);
    expectConservation(gated.stats);
  });

  it('while it is closed is not waited for any longer, and is not replaced', async () => {
    await gated.start();
    await gated.block();
    const closed = gated.app.logging.close({ deadlineMs: 600_000 });
    gated.gate.set(GATE.exiting);
    await closed;
    expect(gated.stats.worker).to.deep.equal({ state: 'closed', crashes: 1 });
    expect(gated.lane).to.include({ state: 'closed', accepted: 1, delivered: 0 });
    expect(gated.lane.dropped).to.include({ crashed: 1, closed: 0 });
    expectConservation(gated.stats);
    expect(gated.app.reports[0]?.message).to.contain('None is started in its place: close() was called.');
  });

  const itAtLength = IN_WORKER ? it : it.skip;
  itAtLength('again and again is given up: the thread of the application takes over, and says so', async () => {
    await gated.start();
    gated.gate.set(GATE.exiting);
    let requests = 0;
    while (gated.stats.worker!.state !== 'given-up') {
      await gated.request(1);
      requests++;
    }
    await gated.request(2);
    await gated.app.logging.flush();
    expect(gated.stats.worker).to.deep.equal({ state: 'given-up', crashes: 5 });
    expect(gated.stored.filter(line => line.endsWith('here'))).to.have.length.at.least(2);
    const { exchanges } = gated.stats;
    expect(exchanges.recorded + exchanges.dropped.failed).to.equal(requests + 2);
    expectConservation(gated.stats);
    const last = gated.app.reports.filter(({ code }) => code === 'WORKER_FAILED').at(-1);
    expect(last?.message).to.contain('in the thread of the application from now on');
    await gated.app.logging.close();
    expect(gated.lane.state).to.equal('closed');
    expectConservation(gated.stats);
  }).timeout(30_000);
});
