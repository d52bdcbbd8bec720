import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { eventually } from '../../support/eventually';
import { ManualClock } from '../../support/manual-clock';
import { numbersOf, packedRecord } from '../../support/numbered-records';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { readAll, testSpool } from '../../support/test-spool';

describe('a spool on a real disk of 256 KiB', () => {
  let isMounted = false;
  // Before the folder is deleted.
  afterEach(() => {
    if (isMounted) execFileSync('umount', [directory()]);
    isMounted = false;
  });
  const directory = useTemporaryDirectory();

  beforeEach(function () {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory()], { stdio: 'ignore' });
      isMounted = true;
    } catch {
      console.warn('      SKIPPED: a small file system can be mounted by root only.');
      this.skip();
    }
  });

  it('gives back what no longer fits, keeps the rest, and goes on when there is room', async () => {
    const clock = new ManualClock();
    const options = { directory: directory(), segmentBytes: 16_384, maxBytes: 100_000_000, clock };
    const { spool, notes } = await testSpool(options);
    const taken: number[] = [];
    for (let number = 1; notes.states.length === 0; number++) {
      if (typeof spool.append(packedRecord(number), false) === 'object') taken.push(number);
      if (number % 5 === 0) await spool.commit();
    }
    expect(notes.states).to.deep.equal([{ name: 'failing', reason: 'the disk is full (ENOSPC)' }]);
    const refused = numbersOf(notes.refused.map(({ record }) => record!));
    expect(refused).to.have.length.within(1, 5);
    const first = await readAll(spool);
    expect(numbersOf(first.map(({ record }) => record))).to.deep.equal(
      taken.filter(number => !refused.includes(number)),
    );

    spool.settle(first.map(({ place }) => place));
    await spool.commit();
    await clock.advance(1_000);
    await eventually(() => expect(spool.append(packedRecord(9_999), false)).to.be.an('object'));
    expect(numbersOf((await readAll(spool)).map(({ record }) => record))).to.deep.equal([9_999]);
    await spool.close();
    const next = await testSpool(options);
    expect(next.notes.recovered).to.equal(1);
    await next.spool.close();
  });
});
