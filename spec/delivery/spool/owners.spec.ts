import { expect } from 'chai';
import type { Owner, Processes } from '../../../src/delivery/spool/owners';
import { localProcesses } from '../../../src/delivery/spool/owners';
import { FakeDisk, fakeProcesses } from '../../support/fake-disk';
import { ManualClock } from '../../support/manual-clock';
import { packedRecord } from '../../support/numbered-records';
import { readNumbers, testSpool } from '../../support/test-spool';

const OPTIONS = { directory: '/spool' };

async function leave(disk: FakeDisk, pid: number, number: number, clock = new ManualClock()) {
  const left = await testSpool({ ...OPTIONS, clock, files: disk, processes: fakeProcesses(pid, [1, 2, 3]) });
  left.spool.append(packedRecord(number), false);
  await left.spool.commit();
  return left;
}

describe('processes that share a spool directory', () => {
  it('take over what a dead one left, each record by one of them', async () => {
    const disk = new FakeDisk();
    for (const pid of [1, 2, 3]) await leave(disk, pid, pid);
    const takers = await Promise.all(
      [7, 8, 9].map(pid => testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(pid, [7, 8, 9]) })),
    );
    const read = await Promise.all(takers.map(({ spool }) => readNumbers(spool)));
    expect(read.flat()).to.have.members([1, 2, 3]);
    expect(takers.reduce((sum, { notes }) => sum + notes.recovered, 0)).to.equal(3);
  });

  it('take it over later too, when a process ends while they run', async () => {
    const disk = new FakeDisk();
    const clock = new ManualClock();
    const running = [1, 2];
    await leave(disk, 1, 1);
    const { spool, notes } = await testSpool({ ...OPTIONS, clock, files: disk, processes: fakeProcesses(2, running) });
    expect(notes.recovered).to.equal(0);
    spool.append(packedRecord(2), false);
    running.splice(0, 1);
    await clock.advance(10_000);
    expect(notes.recovered).to.equal(1);
    spool.append(packedRecord(3), false);
    expect(await readNumbers(spool)).to.deep.equal([2, 1, 3]);
  });

  it('go by the last sign of life where a process cannot be looked up', async () => {
    const disk = new FakeDisk();
    const clock = new ManualClock();
    const far = (pid: number): Processes => ({ ...fakeProcesses(pid), isRunning: () => Promise.resolve(undefined) });
    const alive = await testSpool({ ...OPTIONS, clock, files: disk, processes: far(1) });
    alive.spool.append(packedRecord(1), false);
    await clock.advance(60_000);
    const second = await testSpool({ ...OPTIONS, clock, files: disk, processes: far(2) });
    expect(second.notes.recovered).to.equal(0);

    const third = await testSpool({
      ...OPTIONS,
      clock: new ManualClock(new Date(clock.date().getTime() + 30_000)),
      files: disk.afterKill(),
      processes: far(3),
    });
    expect(third.notes.recovered).to.equal(1);
  });

  it('find what a spool left that was closed in a living process', async () => {
    const disk = new FakeDisk();
    const { spool } = await leave(disk, 1, 1);
    await spool.close();
    const next = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(1) });
    expect(await readNumbers(next.spool)).to.deep.equal([1]);
  });

  it('tell a process from a later one of the same number', async () => {
    const { self, isRunning } = await localProcesses();
    const asked = (other: Partial<Owner>): Promise<boolean | undefined> => isRunning({ ...self, ...other });
    expect(await asked({})).to.equal(true);
    expect(await asked({ startedAt: '1' })).to.equal(false);
    expect(await asked({ thread: 7 })).to.equal(true);
    expect(await asked({ pid: 2 ** 22 + 1 })).to.equal(false);
    expect(await asked({ host: 'elsewhere' })).to.equal(undefined);
    if (process.platform === 'linux') expect(await asked({ pid: 1 })).to.equal(false);
  });

  it('take over what a thread left that has ended in a living process', async () => {
    const { self, isRunning } = await localProcesses([7]);
    expect(await isRunning({ ...self, thread: 7 })).to.equal(false);
    expect(await isRunning({ ...self, thread: 8 })).to.equal(true);
  });
});
