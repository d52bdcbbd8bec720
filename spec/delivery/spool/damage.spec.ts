import { expect } from 'chai';
import { crc32 } from 'node:zlib';
import { FakeDisk, fakeProcesses } from '../../support/fake-disk';
import { numberedRecord } from '../../support/numbered-records';
import type { LogRecord } from '../../../src/record/log-record';
import { PackedRecord } from '../../../src/record/packed-record';
import { readNumbers, type SpoolNotes, testSpool } from '../../support/test-spool';

const OPTIONS = { directory: '/spool', segmentBytes: 65_536, maxBytes: 262_144 };
const COUNT = 4;

/** Small, so that every byte of a segment can be tried. */
function smallRecord(number: number): PackedRecord {
  const { _id, at } = numberedRecord(number);
  return PackedRecord.of({ _id, at } as LogRecord);
}

/** The disk of a process that ended with four records committed. */
async function endedProcess(): Promise<{ readonly disk: FakeDisk; readonly segment: string }> {
  const disk = new FakeDisk();
  const { spool } = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(1) });
  for (let number = 1; number <= COUNT; number++) spool.append(smallRecord(number), false);
  await spool.commit();
  disk.crash();
  return { disk, segment: disk.files().find(path => path.endsWith('.spool'))! };
}

async function recover(disk: FakeDisk): Promise<{ readonly numbers: number[]; readonly notes: SpoolNotes }> {
  const { spool, notes } = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(2) });
  return { numbers: await readNumbers(spool), notes };
}

describe('a spool that is damaged', () => {
  it('opens when its last file ends at any byte, with all records before the cut', async () => {
    const { disk, segment } = await endedProcess();
    const bytes = disk.contentOf(segment);
    const frameBytes = (bytes.length - 16) / COUNT;
    for (let length = 0; length <= bytes.length; length++) {
      const cut = disk.afterKill();
      cut.setContent(segment, bytes.subarray(0, length));
      const { numbers, notes } = await recover(cut);
      const whole = Math.max(0, Math.floor((length - 16) / frameBytes));
      expect(numbers, `cut at byte ${length}`).to.deep.equal([1, 2, 3, 4].slice(0, whole));
      expect(notes.damage, `cut at byte ${length}`).to.deep.equal([]);
    }
  });

  it('loses one record at most to a flipped byte, and counts it', async () => {
    const { disk, segment } = await endedProcess();
    const bytes = disk.contentOf(segment);
    const frameBytes = (bytes.length - 16) / COUNT;
    for (let at = 0; at < bytes.length; at++) {
      const flipped = disk.afterKill();
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x20;
      flipped.setContent(segment, changed);
      const { numbers, notes } = await recover(flipped);
      const hit = at < 16 ? 0 : Math.floor((at - 16) / frameBytes) + 1;
      expect(numbers, `byte ${at}`).to.deep.equal([1, 2, 3, 4].filter(number => number !== hit));
      expect(notes.lost, `byte ${at}`).to.equal(hit === 0 ? 0 : 1);
    }
  });

  it('counts what changes while it is open', async () => {
    const disk = new FakeDisk();
    const { spool, notes } = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(1) });
    for (let number = 1; number <= COUNT; number++) spool.append(smallRecord(number), false);
    await spool.commit();
    const segment = disk.files().find(path => path.endsWith('.spool'))!;
    const bytes = Buffer.from(disk.contentOf(segment));
    bytes[60]! ^= 1;
    bytes[bytes.length - 1]! ^= 1;
    disk.setContent(segment, bytes);
    expect(await readNumbers(spool)).to.deep.equal([2, 3]);
    expect(notes.lost).to.equal(2);
    expect(spool.unread).to.equal(0);
  });

  it('counts what is damaged only once, however many processes find it', async () => {
    const { disk, segment } = await endedProcess();
    const bytes = Buffer.from(disk.contentOf(segment));
    bytes[60]! ^= 1;
    disk.setContent(segment, bytes);
    const first = await testSpool({ ...OPTIONS, files: disk.afterKill(), processes: fakeProcesses(2) });
    expect(first.notes.lost).to.equal(1);
    await first.spool.close();
    const damaged = disk.afterKill();
    const second = await testSpool({ ...OPTIONS, files: damaged, processes: fakeProcesses(3) });
    await second.spool.close();
    const third = await testSpool({ ...OPTIONS, files: damaged, processes: fakeProcesses(4) });
    expect(third.notes.damage).to.deep.equal([]);
    expect(third.notes.recovered).to.equal(COUNT - 1);
  });

  it('brings records back rather than lose them when a byte of its progress flips', async () => {
    const disk = new FakeDisk();
    const { spool } = await testSpool({ ...OPTIONS, files: disk, processes: fakeProcesses(1) });
    for (let number = 1; number <= COUNT; number++) spool.append(smallRecord(number), false);
    const [first] = await spool.read({ maxRecords: 1, maxBytes: 10_000 });
    spool.settle([first!.place]);
    await spool.commit();
    disk.crash();
    const progress = disk.files().find(path => path.endsWith('.settled'))!;
    expect((await recover(disk.afterKill())).numbers).to.deep.equal([2, 3, 4]);
    for (let at = 0; at < disk.contentOf(progress).length; at++) {
      const flipped = disk.afterKill();
      const changed = Buffer.from(disk.contentOf(progress));
      changed[at]! ^= 0x20;
      flipped.setContent(progress, changed);
      expect((await recover(flipped)).numbers, `byte ${at}`).to.deep.equal([1, 2, 3, 4]);
    }
  });

  for (const [what, content] of [
    ['another version', versionTwo()],
    ['something else', Buffer.from('{"not":"ours, and longer than a header"}\n')],
  ] as const) {
    it(`puts a file of ${what} aside, tells it, and never deletes it`, async () => {
      const { disk, segment } = await endedProcess();
      disk.setContent(segment, content);
      const next = disk.afterKill();
      const { numbers, notes } = await recover(next);
      expect(numbers).to.deep.equal([]);
      expect(notes.damage.map(({ reason }) => reason).join()).to.contain('put aside in the folder "quarantine"');
      const kept = next.files().filter(path => path.includes('/quarantine/'));
      expect(kept).to.have.length(1);
      expect(next.contentOf(kept[0]!)).to.deep.equal(content);
    });
  }
});

/** A good header, with the number of a version to come. */
function versionTwo(): Buffer {
  const header = Buffer.from('f54c4353504f4f4c0200000000000000', 'hex');
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return Buffer.concat([header, Buffer.from('what nobody knows yet')]);
}
