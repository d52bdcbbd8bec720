import { expect } from 'chai';
import type { OverflowPolicy } from '../../src/delivery/delivery-options';
import type { Level } from '../../src/record/log-record';
import { numberedRecord, numbersOf, packedRecord, recordBytes } from '../support/numbered-records';
import { testDelivery } from '../support/test-delivery';

/** What a queue of four keeps of records of these levels, numbered from 1. */
async function keptOf(levels: readonly Level[], overflow: OverflowPolicy): Promise<number[]> {
  const test = testDelivery({ maxBatchRecords: 4, maxQueueRecords: 4, overflow });
  levels.forEach((level, index) => test.delivery.push(packedRecord(index + 1, { level })));
  expect(test.lane()).to.include({ queued: 4, accepted: levels.length });
  await Promise.all([test.delivery.flush(), test.clock.settle()]);
  return numbersOf(test.sink.stored);
}

describe('warnings and errors in a full queue', () => {
  it('outlive ordinary records that are newer', async () => {
    expect(await keptOf(['error', 'info', 'warn', 'info', 'info', 'info'], 'drop-oldest')).to.deep.equal([1, 3, 5, 6]);
    expect(await keptOf(['error', 'info', 'warn', 'info', 'info', 'info'], 'drop-newest')).to.deep.equal([1, 2, 3, 4]);
  });

  it('take the place of ordinary ones', async () => {
    expect(await keptOf(['info', 'info', 'info', 'info', 'error', 'warn'], 'drop-oldest')).to.deep.equal([3, 4, 5, 6]);
    expect(await keptOf(['info', 'info', 'info', 'info', 'error', 'warn'], 'drop-newest')).to.deep.equal([1, 2, 5, 6]);
  });

  it('go by the policy among themselves', async () => {
    const errors: Level[] = ['error', 'error', 'warn', 'error', 'error', 'warn'];
    expect(await keptOf(errors, 'drop-oldest')).to.deep.equal([3, 4, 5, 6]);
    expect(await keptOf(errors, 'drop-newest')).to.deep.equal([1, 2, 3, 4]);
  });

  for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
    it(`are not given up for an ordinary one (${overflow})`, async () => {
      expect(await keptOf(['error', 'error', 'warn', 'error', 'info'], overflow)).to.deep.equal([1, 2, 3, 4]);
    });

    it(`cost no ordinary records when they do not fit even so (${overflow})`, () => {
      const bytes = recordBytes(numberedRecord());
      const options = { maxBatchBytes: 4 * bytes, maxQueueBytes: 4 * bytes, overflow };
      const { delivery, push, lane } = testDelivery(options);
      push(4);
      delivery.push(packedRecord(9, { level: 'error', attributes: { note: 'x'.repeat(4 * bytes) } }));
      expect(lane()).to.include({ queued: 4 });
      expect(lane().dropped['queue-full']).to.equal(1);
    });
  }

  it('leave in the order in which they came', async () => {
    expect(await keptOf(['info', 'error', 'info', 'warn'], 'drop-oldest')).to.deep.equal([1, 2, 3, 4]);
  });
});
