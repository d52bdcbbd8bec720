import { expect } from 'chai';
import type { RecordSpool, SpooledRecord, SpoolPlace } from '../../../src/delivery/spool/record-spool';
import { type CrashPoint, FakeDisk, fakeProcesses } from '../../support/fake-disk';
import { numbersOf, packedRecord } from '../../support/numbered-records';
import { proofScale } from '../../support/proof-scale';
import { readAll, readNumbers, testSpool } from '../../support/test-spool';

// What a crash leaves, exactly:
// - a record whose commit() resolved comes back, once, unless it was settled before;
// - a record that was settled before a commit() that resolved never comes back;
// - all others may come back, once, or not: those whose commit() had not resolved, and those settled since the last one.
// With `fsyncMs: 0` the same holds when the power fails.

const isFull = proofScale() > 1;
const OPTIONS = { directory: '/spool', segmentBytes: 4_096, maxBytes: 65_536, fsyncMs: 0 };

/** What is known at the moment of a crash. */
class Ledger {
  readonly appended = new Set<number>();
  readonly committed = new Set<number>();
  readonly settled = new Set<number>();
  readonly settledForGood = new Set<number>();
  #uncommitted: (() => void)[] = [];

  append(number: number): void {
    this.appended.add(number);
    this.#uncommitted.push(() => this.committed.add(number));
  }

  settle(number: number): void {
    this.settled.add(number);
    this.#uncommitted.push(() => this.settledForGood.add(number));
  }

  async commit(spool: RecordSpool): Promise<void> {
    const done = this.#uncommitted.splice(0);
    await spool.commit();
    for (const note of done) note();
  }

  /** What the next process goes on with. */
  copy(): Ledger {
    const copy = new Ledger();
    for (const kind of ['appended', 'committed', 'settled', 'settledForGood'] as const) {
      for (const number of this[kind]) copy[kind].add(number);
    }
    return copy;
  }
}

/** Append, rotate, read, acknowledge, delete, close: all that touches the disk. */
async function live(disk: FakeDisk, pid: number, ledger: Ledger, first = 1): Promise<void> {
  const { spool } = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(pid) });
  const places = new Map<number, SpoolPlace>();
  let next = first;
  const append = (count: number, isHeld: boolean): void => {
    for (; count > 0; count--, next++) {
      ledger.append(next);
      places.set(next, spool.append(packedRecord(next), isHeld) as SpoolPlace);
    }
  };
  const settle = (numbers: readonly number[]): void => {
    for (const number of numbers) ledger.settle(number);
    spool.settle(numbers.map(number => places.get(number)!));
  };
  const note = (read: readonly SpooledRecord[]): number[] => {
    for (const { record, place } of read) places.set(numbersOf([record])[0]!, place);
    return numbersOf(read.map(({ record }) => record));
  };
  // A lane holds records only while there are none to read.
  const recovered = note(await readAll(spool));
  append(2, true);
  await ledger.commit(spool);
  settle([first, ...recovered.slice(1)]);
  append(3, false);
  await ledger.commit(spool);
  append(2, false);
  settle(note(await spool.read({ maxRecords: 2, maxBytes: 100_000 })));
  await ledger.commit(spool);
  settle([first + 1]);
  settle(note(await readAll(spool)).slice(1));
  await ledger.commit(spool);
  append(1, true);
  await spool.close();
}

async function expectRecovery(disk: FakeDisk, ledger: Ledger, told: string): Promise<void> {
  const { spool, notes } = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(9) });
  const { unread } = spool;
  const back = await readAll(spool);
  const numbers = numbersOf(back.map(({ record }) => record));
  expect(notes.lost, `${told}: counted as damaged`).to.equal(0);
  expect([unread, notes.recovered], `${told}: counted as recovered`).to.deep.equal([numbers.length, numbers.length]);
  expect(new Set(numbers).size, `${told}: came once`).to.equal(numbers.length);
  const missing = [...ledger.committed].filter(number => !ledger.settled.has(number) && !numbers.includes(number));
  expect(missing, `${told}: committed and gone`).to.deep.equal([]);
  const again = numbers.filter(number => ledger.settledForGood.has(number) || !ledger.appended.has(number));
  expect(again, `${told}: settled for good and back`).to.deep.equal([]);

  spool.settle(back.map(({ place }) => place));
  await spool.close();
  const last = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(10) });
  expect(await readNumbers(last.spool), `${told}: settled after the crash`).to.deep.equal([]);
  await last.spool.close();
  expect(disk.files(), `${told}: files left`).to.deep.equal([]);
}

async function countCalls(): Promise<number> {
  const disk = new FakeDisk();
  await live(disk, 1, new Ledger());
  return disk.calls;
}

function pointsOf(calls: number): CrashPoint[] {
  return Array.from({ length: calls }, (_, index) =>
    (['before', 'torn', 'after'] as const).map(when => ({ call: index + 1, when })),
  ).flat();
}

/** All ways in which a disk may look after a crash. */
const AFTERMATHS: readonly (readonly [string, (disk: FakeDisk) => FakeDisk])[] = [
  ['process killed', disk => disk.afterKill()],
  ['power failed', disk => disk.afterPowerFailure()],
  ['power failed, half was written', disk => disk.afterPowerFailure(0.5)],
];

describe('a spool whose process ends at any call to the file system', () => {
  it('loses nothing that was committed, and brings nothing back that was settled', async () => {
    const points = pointsOf(await countCalls());
    expect(points).to.have.length.above(150);
    let recoveries = 0;
    for (const [place, point] of points.entries()) {
      // The fast run takes every fourth point, and one aftermath of each in turn.
      if (!isFull && place % 4 !== 0) continue;
      const disk = new FakeDisk();
      disk.crashPoint = point;
      const ledger = new Ledger();
      await Promise.race([live(disk, 1, ledger), disk.whenCrashed]);
      expect(disk.isCrashed, `${point.when} call ${point.call} of ${disk.calls}`).to.equal(true);
      for (const [number, [name, aftermath]] of AFTERMATHS.entries()) {
        if (!isFull && (place + Math.floor(place / 3)) % AFTERMATHS.length !== number) continue;
        const told = `${point.when} call ${point.call} (${disk.journal.at(-1)}), ${name}`;
        await expectRecovery(aftermath(disk), ledger, told);
        recoveries++;
      }
    }
    expect(recoveries).to.equal(isFull ? points.length * AFTERMATHS.length : Math.ceil(points.length / 4));
    if (isFull) console.log(`      ${points.length} crash points, ${recoveries} recoveries`);
  }).timeout(300_000);

  it('holds also when the process that takes over ends at any call', async () => {
    const calls = await countCalls();
    let recoveries = 0;
    // The full run takes every first crash; the fast one the middle one, each with every second crash.
    const firstCrashes = Array.from({ length: calls }, (_, index) => index + 1).filter(
      call => isFull || call === Math.floor(calls / 2),
    );
    for (const call of firstCrashes) {
      const crashed = new FakeDisk();
      crashed.crashPoint = { call, when: 'torn' };
      const before = new Ledger();
      await Promise.race([live(crashed, 1, before), crashed.whenCrashed]);
      for (let second = 1, isOver = false; !isOver; second++) {
        const disk = crashed.afterPowerFailure(0.5);
        disk.crashPoint = { call: second, when: 'torn' };
        const ledger = before.copy();
        const done = live(disk, 2, ledger, 100).then(() => true);
        isOver = await Promise.race([done, disk.whenCrashed.then(() => false)]);
        const told = `torn call ${call}, then ${isOver ? 'none' : `torn call ${second} (${disk.journal.at(-1)})`}`;
        await expectRecovery(disk.afterPowerFailure(), ledger, told);
        recoveries++;
      }
    }
    if (isFull) console.log(`      ${firstCrashes.length} first crashes, ${recoveries} recoveries`);
  }).timeout(300_000);

  it('has its progress safe before it deletes, and before it begins a new file', async () => {
    const disk = new FakeDisk();
    await live(disk, 1, new Ledger());
    const steps = disk.journal;
    const removed = steps
      .filter(step => step.startsWith('remove ') && step.endsWith('.spool'))
      .map(step => step.slice(7));
    expect(removed).to.have.length.above(0);
    for (const path of removed) {
      const progress = path.replace('.spool', '.settled');
      const lastWrite = steps.lastIndexOf(`write ${progress}`);
      const sync = steps.indexOf(`sync ${progress}`, lastWrite);
      expect(sync, `progress of ${path} is synced`).to.be.within(lastWrite, steps.indexOf(`remove ${path}`));
      expect(steps.indexOf(`remove ${progress}`)).to.be.above(steps.indexOf(`remove ${path}`));
    }
    const begun = steps.flatMap((step, place) => (/^syncDirectory .*\.host\.1\.1\.0$/.test(step) ? [place] : []));
    expect(begun).to.have.length.above(1);
  });
});
