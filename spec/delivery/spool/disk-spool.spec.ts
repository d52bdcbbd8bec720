import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { localProcesses } from '../../../src/delivery/spool/owners';
import type { SpoolPlace } from '../../../src/delivery/spool/record-spool';
import { PackedRecord } from '../../../src/record/packed-record';
import { makeLossRecord } from '../../../src/testing/sinks/sample-records';
import { FakeDisk, fakeProcesses } from '../../support/fake-disk';
import {
  numberedRecord,
  numberedRecords,
  numbersOf,
  packedRecord,
  packedRecords,
} from '../../support/numbered-records';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { readAll, readNumbers, testSpool } from '../../support/test-spool';

describe('a spool', () => {
  const directory = useTemporaryDirectory();
  const open = (options: object = {}) => testSpool({ directory: directory(), ...options });
  const filesLeft = async (suffix: string): Promise<string[]> =>
    (await readdir(directory(), { recursive: true })).filter(path => path.endsWith(suffix));

  it('gives back what it took, in order and complete', async () => {
    const { spool } = await open();
    const records = [
      ...numberedRecords(1, 20),
      numberedRecord(21, { expireAt: new Date('2027-01-01T00:00:00Z') }),
      numberedRecord(22, { attributes: { 'ünïcode 🙂 \ud800': ['\u2028', null, 1.5, -0.25] } }),
    ];
    for (const record of records) spool.append(PackedRecord.of(record), false);
    expect(spool.unread).to.equal(22);
    const read = await readAll(spool, 7);
    expect(read.map(({ record }) => record.unpack())).to.deep.equal(records);
    expect(spool.unread).to.equal(0);
  });

  it('gives back records of losses too, their dates as dates', async () => {
    const { spool } = await open();
    const loss = makeLossRecord();
    spool.append(PackedRecord.of(loss), false);
    expect((await readAll(spool)).map(({ record }) => record.unpack())).to.deep.equal([loss]);
  });

  it('holds what was not settled for the next process, with the same ids', async () => {
    const first = await open();
    const places = packedRecords(1, 10).map(record => first.spool.append(record, true) as SpoolPlace);
    first.spool.settle([places[0]!, places[1]!, places[5]!]);
    await first.spool.close();

    const second = await open();
    expect(second.notes.recovered).to.equal(7);
    expect(second.spool.unread).to.equal(7);
    expect(await readNumbers(second.spool)).to.deep.equal([3, 4, 5, 7, 8, 9, 10]);
    await second.spool.close();
  });

  it('passes over records that the lane holds, and reads those behind them', async () => {
    const { spool } = await open();
    spool.append(packedRecord(1), true);
    spool.append(packedRecord(2), false);
    spool.append(packedRecord(3), false);
    expect(spool.unread).to.equal(2);
    expect(await readNumbers(spool)).to.deep.equal([2, 3]);
    spool.append(packedRecord(4), true);
    expect(spool.unread).to.equal(0);
    expect(await readNumbers(spool)).to.deep.equal([]);
  });

  it('deletes a file when all of it is settled, and leaves nothing behind', async () => {
    const { spool } = await open({ segmentBytes: 4_096, maxBytes: 1_000_000 });
    packedRecords(1, 40).forEach(record => spool.append(record, false));
    const read = await readAll(spool);
    expect(await filesLeft('.spool')).to.have.length.above(5);
    spool.settle(read.map(({ place }) => place));
    await spool.commit();
    expect(await filesLeft('.spool')).to.have.length(1);
    expect(spool.bytes).to.equal(0);
    await spool.close();
    expect(await filesLeft('')).to.have.length(1);
  });

  it('refuses when it is full, and takes more when there is room again', async () => {
    const { spool } = await open({ segmentBytes: 4_096, maxBytes: 16_384 });
    let taken = 0;
    while (typeof spool.append(packedRecord(taken + 1), false) === 'object') taken++;
    expect(taken).to.be.within(8, 16);
    expect(spool.append(packedRecord(99), false)).to.equal('full');
    const read = await spool.read({ maxRecords: 9, maxBytes: 1_000_000 });
    spool.settle(read.map(({ place }) => place));
    await spool.commit();
    expect(spool.append(packedRecord(taken + 1), false)).to.be.an('object');
    expect(numbersOf([...read, ...(await readAll(spool))].map(({ record }) => record))).to.deep.equal(
      numberedRecords(1, taken + 1).map((_, index) => index + 1),
    );
  });

  it('reads on from a segment that is finished meanwhile', async () => {
    const disk = new FakeDisk();
    const { spool, notes } = await open({ files: disk, processes: fakeProcesses(1), segmentBytes: 65_536 });
    packedRecords(1, 10).forEach(record => spool.append(record, false));
    await spool.commit();
    disk.readTicks = 100;
    const reading = spool.read({ maxRecords: 100, maxBytes: 1_000_000 });
    spool.append(packedRecord(11, { attributes: { text: 'x'.repeat(65_000) } }), false);
    await spool.commit();
    spool.settle((await reading).map(({ place }) => place));
    expect(numbersOf((await reading).map(({ record }) => record))).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await readNumbers(spool)).to.deep.equal([11]);
    await spool.commit();
    expect(notes).to.deep.include({ damage: [], refused: [], states: [] });
  });

  it('has all on the disk when flushSync returns', async () => {
    const { spool } = await open();
    const places = packedRecords(1, 5).map(record => spool.append(record, true) as SpoolPlace);
    spool.settle([places[0]!]);
    spool.flushSync();
    // As after a crash: nobody closes the first spool.
    const { self } = await localProcesses();
    const next = await open({
      processes: { self: { ...self, pid: self.pid + 1 }, isRunning: () => Promise.resolve(false) },
    });
    expect(await readNumbers(next.spool)).to.deep.equal([2, 3, 4, 5]);
  });

  it('keeps apart from another spool of the same sink in the same process', async () => {
    const [one, two] = [await open(), await open()];
    one.spool.append(packedRecord(1), false);
    two.spool.append(packedRecord(2), false);
    await one.spool.commit();
    await two.spool.commit();
    const three = await open();
    expect(three.notes.recovered).to.equal(0);
    expect(await readNumbers(one.spool)).to.deep.equal([1]);
    expect(await readNumbers(two.spool)).to.deep.equal([2]);
  });
});
