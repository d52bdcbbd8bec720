import { expect } from 'chai';
import { type FileHandle, open, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveFileSinkOptions } from '../../../src/sinks/file/file-sink-options';
import { RotatingFile } from '../../../src/sinks/file/rotating-file';
import { toNdjsonLine } from '../../../src/sinks/ndjson';
import { eventually } from '../../support/eventually';
import { fileHandlePrototype } from '../../support/file-handle-prototype';
import { readNdjson } from '../../support/read-ndjson';
import { sampleRecord, sampleRecords } from '../../support/sample-record';
import { expectEveryLineOnce, writeFromCluster } from '../../support/shared-folder';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

describe('several processes with one folder', () => {
  const directory = useTemporaryDirectory();
  const currentPath = (): string => join(directory(), 'requests.ndjson');

  it('store every line once and tear none, while all of them rotate and compress', async function () {
    this.timeout(30_000);
    const folder = { directory: directory(), processes: 3, batchesEach: 40, maxFileBytes: 30_000 };
    const numbers = await writeFromCluster(folder);
    expect(await expectEveryLineOnce(folder, numbers)).to.be.greaterThan(10);
  });

  it('begin one new file after midnight', async () => {
    const sinks = await Promise.all(
      [0, 1].map(() => new TestFileSink({ directory: directory() }).at('2027-03-10T23:59:00.000Z').open()),
    );
    let written = 0;
    const writeAll = async (time: string): Promise<void> => {
      for (const sink of sinks) {
        await sink.at(time).write(sampleRecords(1, (written += 1)));
        await utimes(currentPath(), new Date(time), new Date(time));
      }
    };
    await writeAll('2027-03-10T23:59:30.000Z');
    await writeAll('2027-03-11T00:00:30.000Z');
    await writeAll('2027-03-11T00:01:00.000Z');
    expect(await readdir(directory())).to.have.members(['requests-2027-03-11T00-00-30-000Z.ndjson', 'requests.ndjson']);
    expect(await readNdjson(directory())).to.have.length(6);
  });

  it('rotate a file once when they find it full at the same time', async () => {
    await writeFile(currentPath(), toNdjsonLine(sampleRecord()));
    const options = resolveFileSinkOptions({ directory: directory(), maxFileBytes: 1_024 });
    const now = (): number => Date.parse('2027-03-10T10:15:00.000Z');
    const files = Array.from({ length: 4 }, () => new RotatingFile(options, now, cause => expect.fail(String(cause))));
    const rotated = await Promise.all(files.map(file => file.rotateIfDue(1_024)));
    expect(rotated.filter(Boolean)).to.have.length(1);
    const names = await readdir(directory());
    expect(names.filter(name => name !== 'requests.ndjson')).to.have.length(1);
  });

  it('write a batch again when the file was compressed and deleted before it was looked at again', async () => {
    const sink = await new TestFileSink({ directory: directory() }).open();
    // The first batch looks at the file that it has opened, too.
    for (const [place, looks] of [2, 1, 1].entries()) {
      const deleted = await beforeStat(looks, () => rm(currentPath()));
      const batch = sampleRecords(1, place);
      await sink.write(batch);
      expect(deleted()).to.equal(true);
      expect((await readNdjson(directory())).map(({ _id }) => _id)).to.deep.equal(batch.map(({ _id }) => _id));
    }
    await sink.close();
  });

  it('lose no batch that comes into a rotated file between the last look at it and its deletion', async () => {
    const archive = join(directory(), 'requests-2027-03-09T00-00-00-000Z.ndjson');
    const [early, late] = sampleRecords(2);
    await writeFile(archive, toNdjsonLine(early!));
    const lateWriter = await open(archive, 'a');
    // The first look tells what is to be compressed, the second one comes after the deletion.
    const written = await beforeStat(2, () => lateWriter.write(toNdjsonLine(late!)));
    const sink = await new TestFileSink({ directory: directory() }).open();
    await eventually(() => expect(written()).to.equal(true));
    await sink.close();
    await lateWriter.close();
    expect((await readNdjson(directory())).map(({ _id }) => _id)).to.deep.equal([early!._id, late!._id]);
  });
});

/** Has something happen before an open file is looked at for the nth time from now. */
async function beforeStat(nth: number, work: () => Promise<unknown>): Promise<() => boolean> {
  const prototype = await fileHandlePrototype();
  const original = prototype.stat;
  let looks = 0;
  let isDone = false;
  prototype.stat = async function (this: FileHandle) {
    looks += 1;
    if (looks === nth) {
      prototype.stat = original;
      await work();
      isDone = true;
    }
    return original.call(this);
  } as typeof original;
  return () => isDone;
}
