import { expect } from 'chai';
import type { SpoolPlace } from '../../../src/delivery/spool/record-spool';
import { FakeDisk, fakeProcesses } from '../../support/fake-disk';
import { ManualClock } from '../../support/manual-clock';
import { packedRecord } from '../../support/numbered-records';
import { proofScale } from '../../support/proof-scale';
import { readNumbers, testSpool } from '../../support/test-spool';

const OPTIONS = { directory: '/spool', segmentBytes: 16_384, maxBytes: 10_000_000 };
const FSYNC_MS = 500;
const COMMIT_MS = 10;

describe('a spool on a disk that loses power', () => {
  it('loses at most the last 500 ms, whenever that happens', async () => {
    const disk = new FakeDisk();
    const clock = new ManualClock();
    const { spool } = await testSpool({ ...OPTIONS, clock, files: disk, processes: fakeProcesses(1) });
    const appendedAt: number[] = [];
    const losses: number[] = [];
    for (let step = 0; step < 300; step++) {
      // A pause now and then, so that the disk is also found idle.
      if (step % 100 < 90) {
        appendedAt.push(clock.now());
        const number = appendedAt.length;
        const place = spool.append(packedRecord(number), true) as SpoolPlace;
        if (number % 7 === 0) spool.settle([place]);
      }
      await clock.advance(7);
      if (proofScale() === 1 && step % 6 !== 0) continue;
      const next = await testSpool({
        ...OPTIONS,
        files: disk.afterPowerFailure((step % 4) / 3),
        processes: fakeProcesses(2),
      });
      expect(next.notes.lost, `after step ${step}`).to.equal(0);
      const back = new Set(await readNumbers(next.spool));
      const lost = appendedAt.filter((_, index) => (index + 1) % 7 !== 0 && !back.has(index + 1));
      const oldest = clock.now() - Math.min(clock.now(), ...lost);
      expect(oldest, `age of the oldest record lost after step ${step}`).to.be.at.most(FSYNC_MS + COMMIT_MS);
      losses.push(lost.length);
    }
    // Or nothing would have been shown.
    expect(Math.max(...losses)).to.be.above(10);
    expect(Math.min(...losses)).to.equal(0);
  }).timeout(60_000);

  it('loses nothing that was taken over from a killed process', async () => {
    const disk = new FakeDisk();
    const first = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(1) });
    first.spool.append(packedRecord(1), false);
    await first.spool.commit();
    first.spool.append(packedRecord(2), false);
    // Within the window of the sync before: it is written, and not safe.
    await first.spool.commit();
    const killed = disk.afterKill();
    await testSpool({ ...OPTIONS, files: killed, processes: fakeProcesses(2) });
    const next = await testSpool({ ...OPTIONS, files: killed.afterPowerFailure(), processes: fakeProcesses(3) });
    expect(await readNumbers(next.spool)).to.deep.equal([1, 2]);
  });

  it('loses at most the last write window when a process is killed', async () => {
    const disk = new FakeDisk();
    const clock = new ManualClock();
    const { spool } = await testSpool({ ...OPTIONS, clock, files: disk, processes: fakeProcesses(1) });
    for (let number = 1; number <= 200; number++) {
      spool.append(packedRecord(number), true);
      await clock.advance(3);
      if (proofScale() === 1 && number % 5 !== 0) continue;
      const next = await testSpool({ ...OPTIONS, files: disk.afterKill(), processes: fakeProcesses(2) });
      expect((await readNumbers(next.spool)).length).to.be.at.least(number - Math.ceil(COMMIT_MS / 3));
    }
  }).timeout(60_000);
});
