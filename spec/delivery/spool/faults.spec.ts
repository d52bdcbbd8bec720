import { expect } from 'chai';
import type { SpoolPlace } from '../../../src/delivery/spool/record-spool';
import { FakeDisk, fakeProcesses } from '../../support/fake-disk';
import { ManualClock } from '../../support/manual-clock';
import { numbersOf, packedRecord, packedRecords } from '../../support/numbered-records';
import { readNumbers, testSpool } from '../../support/test-spool';

const OPTIONS = { directory: '/spool', segmentBytes: 65_536, maxBytes: 1_000_000 };

async function openOn(disk: FakeDisk, clock = new ManualClock()) {
  return { disk, clock, ...(await testSpool({ ...OPTIONS, clock, files: disk, processes: fakeProcesses(1) })) };
}

describe('a spool on a disk that refuses', () => {
  for (const errno of ['ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EMFILE']) {
    it(`gives records back on ${errno}, tells it once, and goes on when it works again`, async () => {
      const { disk, clock, spool, notes } = await openOn(new FakeDisk());
      spool.append(packedRecord(1), false);
      await spool.commit();
      disk.fault = errno;
      spool.append(packedRecord(2), false);
      spool.append(packedRecord(3), false);
      await spool.commit();
      expect(numbersOf(notes.refused.map(({ record }) => record!))).to.deep.equal([2, 3]);
      expect(spool.unread).to.equal(1);
      expect(spool.append(packedRecord(4), false)).to.equal('failing');
      await clock.advance(5_000);
      expect(notes.states.map(({ name }) => name)).to.deep.equal(['failing']);
      expect(JSON.stringify(notes.states)).to.contain(`(${errno})`);

      disk.fault = undefined;
      await clock.advance(1_000);
      expect(notes.states.map(({ name }) => name)).to.deep.equal(['failing', 'working']);
      expect(spool.append(packedRecord(5), false)).to.be.an('object');
      expect(await readNumbers(spool)).to.deep.equal([1, 5]);
    });
  }

  it('names the place, not the record, when the lane holds what was refused', async () => {
    const { disk, spool, notes } = await openOn(new FakeDisk());
    disk.fault = 'ENOSPC';
    const place = spool.append(packedRecord(1), true) as SpoolPlace;
    await spool.commit();
    expect(notes.refused).to.deep.equal([{ place, record: null }]);
  });

  it('never brings back what it gave back and what was settled while the disk was full', async () => {
    const { disk, clock, spool, notes } = await openOn(new FakeDisk());
    const places = packedRecords(1, 3).map(record => spool.append(record, true) as SpoolPlace);
    await spool.commit();
    disk.fault = 'ENOSPC';
    // Of equal size: the half that is written is the first of them, whole.
    spool.append(packedRecord(4), true);
    spool.append(packedRecord(5), true);
    spool.settle(places.slice(0, 2));
    await spool.commit();
    expect(notes.refused).to.have.length(2);
    disk.fault = undefined;
    await clock.advance(2_000);
    await spool.commit();
    const next = await testSpool({ ...OPTIONS, files: disk.afterKill(), processes: fakeProcesses(2) });
    expect(await readNumbers(next.spool)).to.deep.equal([3]);
  });

  it('cuts off at once what it gave back, where the disk lets it', async () => {
    const { disk, spool } = await openOn(new FakeDisk());
    spool.append(packedRecord(1), true);
    await spool.commit();
    disk.fault = 'ENOSPC';
    disk.isWriteFault = true;
    spool.append(packedRecord(2), true);
    spool.append(packedRecord(3), true);
    await spool.commit();
    const next = await testSpool({ ...OPTIONS, files: disk.afterKill(), processes: fakeProcesses(2) });
    expect(await readNumbers(next.spool)).to.deep.equal([1]);
  });

  it('makes room on a full disk by deleting what is settled', async () => {
    const { disk, clock, spool } = await openOn(new FakeDisk());
    packedRecords(1, 100).forEach(record => spool.append(record, false));
    await spool.commit();
    const read = await spool.read({ maxRecords: 60, maxBytes: 1_000_000 });
    disk.fault = 'ENOSPC';
    spool.append(packedRecord(101), false);
    spool.settle(read.map(({ place }) => place));
    await spool.commit();
    disk.fault = undefined;
    await clock.advance(2_000);
    await spool.commit();
    expect(disk.files().filter(path => path.endsWith('.settled'))).to.have.length.at.most(1);
  });

  it('opens on a disk that refuses everything', async () => {
    const disk = new FakeDisk();
    disk.fault = 'EACCES';
    const { spool, notes } = await openOn(disk);
    expect(spool.append(packedRecord(1), false)).to.be.an('object');
    await spool.commit();
    expect(notes.refused).to.have.length(1);
    spool.flushSync();
    await spool.close();
  });

  it('has on the disk what flushSync can write, and gives back the rest', async () => {
    const { disk, spool, notes } = await openOn(new FakeDisk());
    packedRecords(1, 2).forEach(record => spool.append(record, false));
    spool.flushSync();
    disk.fault = 'ENOSPC';
    packedRecords(3, 4).forEach(record => spool.append(record, false));
    spool.flushSync();
    expect(numbersOf(notes.refused.map(({ record }) => record!))).to.deep.equal([3, 4]);
    expect(notes.states.map(({ name }) => name)).to.deep.equal(['failing']);
    expect(spool.unread).to.equal(2);
    expect(spool.append(packedRecord(5), false)).to.equal('failing');
    spool.flushSync();
    expect(notes.refused).to.have.length(2);
    const next = await testSpool({ ...OPTIONS, files: disk.afterKill(), processes: fakeProcesses(2) });
    expect((await readNumbers(next.spool)).slice(0, 2)).to.deep.equal([1, 2]);
  });

  it('makes its folder again when it is deleted, and gives back or counts what was in it', async () => {
    const { disk, clock, spool, notes } = await openOn(new FakeDisk());
    packedRecords(1, 100).forEach(record => spool.append(record, false));
    await spool.commit();
    disk.delete('/spool');
    await clock.advance(1_000);
    spool.append(packedRecord(101), false);
    await clock.advance(1_000);
    const back = numbersOf(notes.refused.flatMap(({ record }) => record ?? []));
    expect(notes.lost + back.length + spool.unread).to.equal(101);
    expect(back).to.include(101);
    expect(notes.damage).to.have.length(1);

    expect(spool.append(packedRecord(102), false)).to.be.an('object');
    await spool.commit();
    expect(disk.files()).to.have.length(1);
    expect(await readNumbers(spool)).to.include(102);
  });

  it('never holds more than 16 MiB for a disk that gives no answer', async () => {
    const disk = new FakeDisk();
    const options = { ...OPTIONS, maxBytes: 100_000_000, files: disk, processes: fakeProcesses(1) };
    const { spool } = await testSpool(options);
    disk.crash();
    const record = packedRecord(1, { attributes: { text: 'x'.repeat(100_000) } });
    let taken = 0;
    while (typeof spool.append(record, false) === 'object') taken++;
    expect(taken).to.be.within(160, 168);
  });
});
