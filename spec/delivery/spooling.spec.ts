import { expect } from 'chai';
import { SinkError } from '../../src/errors';
import { MemoryDisk } from '../support/memory-disk';
import { numbersOf, packedRecord } from '../support/numbered-records';
import { failWith, hang, heldWrite, refuseHolding, succeed, unavailable } from '../support/recording-sink';
import { hasSettled, testDelivery } from '../support/test-delivery';

type Settings = Parameters<typeof testDelivery>[0];

function unopenedDelivery(disk: MemoryDisk, settings: Settings = {}, mode: 'overflow' | 'always' = 'overflow') {
  const limits = { maxBatchRecords: 2, maxQueueRecords: 4, maxDelayMs: 1 };
  return testDelivery({ spool: { directory: './spool', mode }, openSpool: disk.open, ...limits, ...settings });
}

async function spooledDelivery(...given: Parameters<typeof unopenedDelivery>) {
  const test = unopenedDelivery(...given);
  test.delivery.open();
  await test.clock.settle();
  return test;
}

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('a spool in mode overflow', () => {
  it('takes what memory has no room for, and gives it back in order', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, reports } = await spooledDelivery(disk);
    const held = heldWrite();
    sink.onWrites(held.step);
    push(2);
    await clock.advance(1);
    push(10);
    expect(lane()).to.include({ inFlight: 2, queued: 4, spooled: 6, accepted: 12 });
    expect(reports.map(report => report.code)).to.deep.equal(['SPOOL_USED']);
    held.release();
    await clock.settle();
    expect(numbersOf(sink.stored)).to.deep.equal(upTo(12));
    expect(lane()).to.include({ delivered: 12, spooled: 0, recovered: 0 });
    expect(disk.unsettled).to.deep.equal([]);
  });

  it('is not touched while memory has room', async () => {
    const disk = new MemoryDisk();
    const { push, clock, lane } = await spooledDelivery(disk);
    await clock.settle();
    push(3);
    await clock.advance(10);
    expect(lane()).to.include({ delivered: 3 });
    expect(disk.records).to.deep.equal([]);
  });

  it('takes all but a tenth of the queue while the sink fails, a batch at least', async () => {
    const disk = new MemoryDisk();
    const settings = { maxQueueRecords: 100, maxBatchRecords: 5, retryMinDelayMs: 500 };
    const { push, sink, clock, lane } = await spooledDelivery(disk, settings);
    sink.onEveryWrite(unavailable);
    push(5);
    await clock.advance(1);
    push(50);
    expect(lane()).to.include({ circuit: 'closed', inFlight: 5, queued: 11, spooled: 39 });
    sink.onEveryWrite(succeed);
    await clock.advance(2_000);
    expect(numbersOf(sink.stored)).to.deep.equal(upTo(55));
  });

  it('lets all that come follow those on the disk', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, delivery } = await spooledDelivery(disk);
    const held = heldWrite();
    sink.onWrites(held.step);
    push(7);
    await clock.advance(1);
    // Two are in flight now, so memory has room again.
    push(1);
    expect(lane()).to.include({ queued: 2, spooled: 4 });
    held.release();
    const flushed = delivery.flush();
    await clock.settle();
    await flushed;
    expect(numbersOf(sink.stored)).to.deep.equal(upTo(8));
  });

  for (const [overflow, lost] of [
    ['drop-oldest', [3, 4]],
    ['drop-newest', [11, 12]],
  ] as const) {
    it(`that is full loses by the policy ${overflow}`, async () => {
      const disk = new MemoryDisk();
      disk.maxRecords = 4;
      const { push, sink, clock, lane, reports } = await spooledDelivery(disk, { overflow });
      const held = heldWrite();
      sink.onWrites(held.step);
      push(2);
      await clock.advance(1);
      push(10);
      expect(lane()).to.include({ inFlight: 2, queued: 4, spooled: 4 });
      expect(lane().dropped).to.include({ 'spool-full': 2, 'queue-full': 0 });
      held.release();
      await clock.settle();
      const stored = upTo(12).filter(number => !(lost as readonly number[]).includes(number));
      expect(numbersOf(sink.stored).sort((a, b) => a - b)).to.deep.equal(stored);
      const told = reports.find(report => report.code === 'RECORDS_DROPPED');
      expect(told!.message).to.contain('lost 2 records: its spool is full (delivery.spool.maxBytes is 536870912)');
    });
  }

  it('that is full does not let a flush believe that what is on the disk is done', async () => {
    const disk = new MemoryDisk();
    disk.maxRecords = 4;
    const { push, sink, clock, delivery } = await spooledDelivery(disk, { overflow: 'drop-oldest' });
    push(8);
    const flushed = delivery.flush();
    const held = heldWrite();
    sink.onWrites(succeed, held.step);
    push(2);
    await clock.settle();
    expect(await hasSettled(flushed)).to.equal(false);
    held.release();
    await clock.settle();
    await flushed;
    expect(numbersOf(sink.stored)).to.include.members([5, 6, 7, 8]);
  });

  it('that fails gives back what it took, and memory is all there is until it works', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, reports } = await spooledDelivery(disk);
    const held = heldWrite();
    sink.onWrites(held.step);
    push(2);
    await clock.advance(1);
    push(5);
    expect(lane()).to.include({ queued: 4, spooled: 1 });
    disk.isFailing = true;
    await disk.spool!.commit();
    expect(lane()).to.include({ queued: 4, spooled: 0 });
    push(1);
    expect(lane().dropped).to.include({ 'queue-full': 2 });
    await clock.settle();
    expect(reports.map(report => report.code)).to.include('SPOOL_FAILED');
    disk.isFailing = false;
    push(2);
    expect(lane()).to.include({ queued: 4, spooled: 2 });
    held.release();
    await clock.settle();
    expect(numbersOf(sink.stored)).to.deep.equal([1, 2, 5, 6, 7, 8, 9, 10]);
  });

  it('that cannot be opened is told once, and memory is all there is', async () => {
    const disk = new MemoryDisk();
    disk.isMissing = true;
    const { push, clock, lane, reports } = await spooledDelivery(disk);
    push(6);
    await clock.advance(10);
    expect(lane()).to.include({ delivered: 4, spooled: 0 });
    expect(lane().dropped['queue-full']).to.equal(2);
    expect(reports[0]!.code).to.equal('SPOOL_FAILED');
    expect(reports[0]!.message).to.contain('the folder cannot be made (ENOENT)');
  });

  it('counts records that are damaged on the disk', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane } = await spooledDelivery(disk);
    const held = heldWrite();
    sink.onWrites(held.step);
    push(2);
    await clock.advance(1);
    push(10);
    disk.damage(3);
    held.release();
    await clock.settle();
    expect(lane()).to.include({ delivered: 9, spooled: 0 });
    expect(lane().dropped['spool-damaged']).to.equal(3);
  });

  it('settles records that the sink rejects', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane } = await spooledDelivery(disk);
    sink.onEveryWrite(refuseHolding(6));
    push(8);
    await clock.advance(10);
    expect(lane()).to.include({ delivered: 7 });
    expect(disk.unsettled).to.deep.equal([]);
  });
});

describe('a spool in mode always', () => {
  it('has every record that is not delivered yet', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane } = await spooledDelivery(disk, {}, 'always');
    const held = heldWrite();
    sink.onWrites(held.step);
    push(9);
    await clock.advance(1);
    expect(numbersOf(disk.unsettled)).to.deep.equal(upTo(9));
    expect(lane()).to.include({ inFlight: 2, queued: 2, spooled: 5 });
    held.release();
    await clock.settle();
    expect(numbersOf(sink.stored)).to.deep.equal(upTo(9));
    expect(disk.unsettled).to.deep.equal([]);
  });

  it('takes what came before it was open', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock } = unopenedDelivery(disk, {}, 'always');
    sink.onEveryWrite(hang);
    push(3);
    await clock.settle();
    expect(numbersOf(disk.unsettled)).to.deep.equal([1, 2, 3]);
  });

  it('goes on in memory while the disk fails', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane } = await spooledDelivery(disk, {}, 'always');
    await clock.settle();
    disk.isFailing = true;
    push(3);
    await disk.spool!.commit();
    push(1);
    await clock.advance(10);
    expect(numbersOf(sink.stored)).to.deep.equal(upTo(4));
    expect(lane()).to.include({ delivered: 4 });
    expect(disk.unsettled).to.deep.equal([]);
  });

  it('loses nothing that was written when the process dies', async () => {
    const disk = new MemoryDisk();
    const first = await spooledDelivery(disk, {}, 'always');
    first.sink.onWrites(succeed).onEveryWrite(hang);
    first.push(8);
    await first.clock.advance(1);
    await disk.spool!.commit();
    first.push(2);
    disk.crash();

    const second = await spooledDelivery(disk, {}, 'always');
    expect(numbersOf(second.sink.stored)).to.deep.equal(upTo(8, 3));
    expect(second.lane()).to.include({ accepted: 6, recovered: 6, delivered: 6 });
  });
});

describe('records that an earlier process left', () => {
  async function left(count: number): Promise<MemoryDisk> {
    const disk = new MemoryDisk();
    const { push, sink, clock, delivery } = await spooledDelivery(disk);
    sink.onEveryWrite(hang);
    push(count);
    await clock.settle();
    const closed = delivery.close({ deadlineMs: 10 });
    await clock.advance(10);
    await closed;
    return disk;
  }

  it('are all that was pending at the deadline of close; none is dropped', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, delivery } = await spooledDelivery(disk);
    sink.onWrites(succeed).onEveryWrite(hang);
    push(20);
    await clock.settle();
    const closed = delivery.close({ deadlineMs: 10 });
    await clock.advance(10);
    await closed;
    expect(lane()).to.include({ state: 'closed', delivered: 2, spooled: 18, queued: 0, inFlight: 0 });
    expect(lane().dropped).to.include({ closed: 0 });
    expect(numbersOf(disk.unsettled)).to.have.members(upTo(20, 3));
    expect(disk.records.every(({ isWritten }) => isWritten)).to.equal(true);
  });

  it('come first', async () => {
    const disk = await left(7);
    const { delivery, sink, clock, lane } = unopenedDelivery(disk);
    delivery.push(packedRecord(8));
    delivery.push(packedRecord(9));
    await clock.settle();
    expect(numbersOf(sink.stored).slice(-2)).to.deep.equal([8, 9]);
    expect(lane()).to.include({ accepted: 9, recovered: 7, delivered: 9 });
    expect(disk.unsettled).to.deep.equal([]);
  });

  it('come without waiting for a new one', async () => {
    const disk = await left(5);
    const { sink } = await spooledDelivery(disk);
    expect(sink.stored).to.have.length(5);
  });

  it('are waited for by flush', async () => {
    const disk = await left(5);
    const { delivery, sink, clock } = unopenedDelivery(disk);
    const held = heldWrite();
    sink.onWrites(held.step);
    delivery.open();
    await clock.settle();
    const flushed = delivery.flush();
    expect(await hasSettled(flushed)).to.equal(false);
    held.release();
    await clock.settle();
    await flushed;
    expect(sink.stored).to.have.length(5);
  });

  it('count as recovered and as lost when they are damaged', async () => {
    const disk = await left(5);
    disk.damage(2);
    const { lane, reports } = await spooledDelivery(disk);
    expect(lane()).to.include({ accepted: 5, recovered: 5, delivered: 3 });
    expect(lane().dropped['spool-damaged']).to.equal(2);
    expect(reports.at(-1)!.message).to.contain('lost 2 records that lay in its spool: they are damaged');
  });

  it('are lost and counted when the disk does not take them at the end', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, delivery } = await spooledDelivery(disk);
    sink.onEveryWrite(hang);
    push(6);
    await clock.settle();
    const closed = delivery.close({ deadlineMs: 10 });
    disk.isFailing = true;
    await clock.advance(10);
    await closed;
    expect(lane()).to.include({ state: 'closed', queued: 0, inFlight: 0, spooled: 0 });
    expect(lane().dropped.closed).to.equal(6);
  });

  it('are left as soon as a sink that is down fails once more', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, delivery } = await spooledDelivery(disk, { circuitFailures: 2 });
    sink.onEveryWrite(unavailable);
    push(6);
    await clock.advance(10_000);
    const closed = delivery.close({ deadlineMs: 60_000 });
    await clock.settle();
    await closed;
    expect(lane()).to.include({ state: 'closed', spooled: 6 });
  });
});

describe('the last moment of a process', () => {
  it('puts all that is pending on the disk before it returns', async () => {
    const disk = new MemoryDisk();
    const { push, sink, clock, lane, delivery } = await spooledDelivery(disk);
    sink.onEveryWrite(hang);
    push(9);
    await clock.settle();
    delivery.spillSync();
    delivery.spillSync();
    expect(numbersOf(disk.unsettled)).to.have.members(upTo(9));
    expect(disk.records.every(({ isWritten }) => isWritten)).to.equal(true);
    expect(lane()).to.include({ queued: 0, inFlight: 0, spooled: 9 });
    push(1);
    expect(lane().dropped.closed).to.equal(1);
  });

  it('counts what is pending as lost without a spool, and tells so at once', async () => {
    const { push, sink, clock, lane, delivery, drops } = testDelivery({ maxBatchRecords: 2 });
    sink.onEveryWrite(failWith(new SinkError('down', { retryable: true })));
    push(3);
    await clock.settle();
    delivery.spillSync();
    expect(lane().dropped.closed).to.equal(3);
    expect(drops).to.deep.equal([{ sink: 'recording', reason: 'closed', count: 3 }]);
  });
});
