import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { MemoryDisk } from '../support/memory-disk';
import { refuseHolding, rejectAt, succeed, unavailable } from '../support/recording-sink';
import { testDelivery } from '../support/test-delivery';

/** What is published on a channel while the work runs. */
async function published(channel: string, work: () => Promise<void>): Promise<unknown[]> {
  const events: unknown[] = [];
  const note = (event: unknown): void => void events.push(event);
  subscribe(`logged-controllers:${channel}`, note);
  try {
    await work();
  } finally {
    unsubscribe(`logged-controllers:${channel}`, note);
  }
  return events;
}

describe('subscribers of diagnostics channels', () => {
  it('are told of each write: stored, failed or refused', async () => {
    const { push, sink, clock } = testDelivery({ maxDelayMs: 1 });
    sink.onWrites(rejectAt(1), unavailable, refuseHolding(4, 5));
    const events = await published('batch', async () => {
      push(3);
      await clock.advance(1);
      push(2);
      await clock.advance(1_000);
    });
    const event = { sink: 'recording', durationMs: 0, rejected: 0, reason: null };
    expect(events).to.deep.equal([
      { ...event, records: 3, outcome: 'stored', rejected: 1 },
      { ...event, records: 2, outcome: 'failed', reason: 'The server answered 503' },
      { ...event, records: 2, outcome: 'refused', reason: 'a mapping failed' },
      { ...event, records: 1, outcome: 'stored' },
      { ...event, records: 1, outcome: 'stored' },
    ]);
  });

  it('are told of losses, those of a moment together', async () => {
    const { push, clock } = testDelivery({ maxBatchRecords: 4, maxQueueRecords: 4 });
    const events = await published('drop', async () => {
      push(10);
      await clock.settle();
    });
    expect(events).to.deep.equal([{ sink: 'recording', reason: 'queue-full', count: 6 }]);
  });

  it('are told of each change of state', async () => {
    const disk = new MemoryDisk();
    const spool = { directory: './spool' };
    const options = { spool, openSpool: disk.open, maxQueueRecords: 4, maxBatchRecords: 2, circuitFailures: 2 };
    const { push, sink, clock, delivery } = testDelivery(options);
    delivery.open();
    await clock.settle();
    sink.onWrites(unavailable, unavailable, unavailable).onEveryWrite(succeed);
    const events = await published('state', async () => {
      push(8);
      await clock.advance(10_000);
    });
    const state = { sink: 'recording', circuit: 'closed', isPaused: false, isSpooling: true };
    expect(events).to.deep.equal([
      state,
      { ...state, circuit: 'open' },
      { ...state, circuit: 'half-open' },
      { ...state, circuit: 'open' },
      { ...state, circuit: 'half-open' },
      state,
      { ...state, isSpooling: false },
    ]);
  });
});
