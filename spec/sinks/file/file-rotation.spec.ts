import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { mock } from 'node:test';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { toNdjsonLine } from '../../../src/sinks/ndjson';
import { eventually } from '../../support/eventually';
import { readNdjson } from '../../support/read-ndjson';
import { sampleRecord, sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

const LINE_BYTES = Buffer.byteLength(toNdjsonLine(sampleRecords(1)[0]!));

describe('the files of the file sink', () => {
  const directory = useTemporaryDirectory();
  const currentPath = (): string => join(directory(), 'requests.ndjson');
  const storedIds = async (): Promise<string[]> => (await readNdjson(directory())).map(record => record._id);
  const idsOf = (records: readonly { readonly _id: string }[]): string[] => records.map(record => record._id);

  describe('when the file would grow too large', () => {
    it('are rotated before the batch, which is never split', async () => {
      const sink = new TestFileSink({ directory: directory(), maxFileBytes: LINE_BYTES * 5, compress: false });
      const records = sampleRecords(7);
      await sink.write(records.slice(0, 3));
      await sink.write(records.slice(3, 5));
      await sink.write(records.slice(5));
      expect(await readdir(directory())).to.have.members([
        'requests.ndjson',
        'requests-2027-03-10T10-15-00-000Z.ndjson',
      ]);
      expect((await stat(currentPath())).size).to.equal(LINE_BYTES * 2);
      expect(await storedIds()).to.deep.equal(idsOf(records));
    });

    it('take a single batch that is larger than the limit', async () => {
      const sink = new TestFileSink({ directory: directory(), maxFileBytes: 1_024, compress: false });
      await sink.write(sampleRecords(10));
      expect(await readdir(directory())).to.deep.equal(['requests.ndjson']);
    });

    it('count what an earlier process wrote', async () => {
      const options = { directory: directory(), maxFileBytes: LINE_BYTES * 3, compress: false };
      await new TestFileSink(options).write(sampleRecords(2));
      const restarted = await new TestFileSink(options).open();
      await restarted.write(sampleRecords(2, 2));
      await restarted.close();
      expect(await readdir(directory())).to.have.length(2);
      expect(await storedIds()).to.deep.equal(idsOf(sampleRecords(4)));
    });

    it('get names of their own, sorted by time, when several are rotated in one millisecond', async () => {
      const sink = new TestFileSink({ directory: directory(), maxFileBytes: 1_024, compress: false });
      await writeFile(join(directory(), 'requests-2027-03-10T10-15-00-001Z.ndjson.gz'), gzipSync(''));
      for (const record of sampleRecords(4)) await sink.write([record]);
      expect((await readdir(directory())).sort()).to.deep.equal([
        'requests-2027-03-10T10-15-00-000Z.ndjson',
        'requests-2027-03-10T10-15-00-001Z.ndjson.gz',
        'requests-2027-03-10T10-15-00-002Z.ndjson',
        'requests-2027-03-10T10-15-00-003Z.ndjson',
        'requests.ndjson',
      ]);
      expect(await storedIds()).to.deep.equal(idsOf(sampleRecords(4)));
    });
  });

  describe('when a day is over', () => {
    it('are rotated with the first write after midnight UTC', async () => {
      const sink = new TestFileSink({ directory: directory(), compress: false });
      await sink.at('2027-03-10T00:00:00.000Z').write(sampleRecords(1));
      await sink.at('2027-03-10T23:59:59.999Z').write(sampleRecords(1, 1));
      await sink.at('2027-03-11T00:00:00.000Z').write(sampleRecords(1, 2));
      expect(await readdir(directory())).to.have.members([
        'requests-2027-03-11T00-00-00-000Z.ndjson',
        'requests.ndjson',
      ]);
      expect(await readNdjson(directory(), 'requests.ndjson')).to.have.length(3);
    });

    it('are not rotated with rotateDaily: false', async () => {
      const sink = new TestFileSink({ directory: directory(), rotateDaily: false });
      await sink.write(sampleRecords(1));
      await sink.at('2027-03-12T00:00:00.000Z').write(sampleRecords(1, 1));
      expect(await readdir(directory())).to.deep.equal(['requests.ndjson']);
    });

    it('are rotated when an earlier process wrote the day before', async () => {
      await writeFile(currentPath(), toNdjsonLine(sampleRecord()));
      await utimes(currentPath(), new Date('2027-03-09T20:00:00Z'), new Date('2027-03-09T20:00:00Z'));
      const sink = new TestFileSink({ directory: directory(), compress: false });
      await sink.write(sampleRecords(1));
      expect(await readdir(directory())).to.have.length(2);
    });

    it('are rotated without a request too, so that old records go in time', async () => {
      mock.timers.enable({ apis: ['setInterval'] });
      try {
        const sink = await new TestFileSink({ directory: directory(), compress: false }).open();
        await sink.write(sampleRecords(1));
        sink.at('2027-03-11T01:00:00.000Z');
        mock.timers.tick(3_600_000);
        await sink.close();
        expect(await readdir(directory())).to.deep.equal(['requests-2027-03-11T01-00-00-000Z.ndjson']);
      } finally {
        mock.timers.reset();
      }
    });

    it('are left alone when the sink was closed while it opened', async () => {
      const timers = mock.method(globalThis, 'setInterval');
      try {
        const sink = new TestFileSink({ directory: directory() });
        await Promise.all([sink.open(), sink.close()]);
        expect(timers.mock.callCount()).to.equal(0);
      } finally {
        timers.mock.restore();
      }
    });

    it('are rotated once when the clock is set back over midnight', async () => {
      const sink = new TestFileSink({ directory: directory(), compress: false });
      await sink.at('2027-03-10T23:59:00.000Z').write(sampleRecords(1));
      await sink.at('2027-03-11T00:00:10.000Z').write(sampleRecords(1, 1));
      await sink.at('2027-03-10T23:59:30.000Z').write(sampleRecords(1, 2));
      await sink.at('2027-03-11T00:00:20.000Z').write(sampleRecords(1, 3));
      expect(await readdir(directory())).to.have.length(2);
      expect(await storedIds()).to.deep.equal(idsOf(sampleRecords(4)));
    });

    it('are rotated daily again after a clock that had been far ahead', async () => {
      const sink = new TestFileSink({ directory: directory(), compress: false });
      await sink.at('2031-01-01T00:00:00.000Z').write(sampleRecords(1));
      await sink.at('2027-03-10T12:00:00.000Z').write(sampleRecords(1, 1));
      await sink.at('2027-03-11T12:00:00.000Z').write(sampleRecords(1, 2));
      expect(await readdir(directory())).to.include('requests-2027-03-11T12-00-00-000Z.ndjson');
    });
  });

  describe('once rotated', () => {
    it('are compressed in the background, with equal content and for the owner only', async () => {
      const sink = new TestFileSink({ directory: directory(), maxFileBytes: LINE_BYTES * 2 });
      const records = sampleRecords(3);
      await sink.write(records.slice(0, 2));
      const written = await readFile(currentPath());
      await sink.write(records.slice(2));
      const archive = 'requests-2027-03-10T10-15-00-000Z.ndjson.gz';
      // Not at once: another process may still be about to add a batch to the file that was renamed.
      expect(await readdir(directory())).not.to.include(archive);
      await sink.at('2027-03-10T10:16:00.000Z').open();
      await eventually(async () => {
        expect(await readdir(directory())).to.have.members([archive, 'requests.ndjson']);
      });
      expect(gunzipSync(await readFile(join(directory(), archive))).equals(written)).to.equal(true);
      expect((await stat(join(directory(), archive))).mode & 0o777).to.equal(0o600);
      expect(sink.reports).to.deep.equal([]);
    });

    it('are compressed at the next start when a crash came in between', async () => {
      const archive = join(directory(), 'requests-2027-03-09T00-00-00-000Z.ndjson');
      await writeFile(archive, toNdjsonLine(sampleRecord()));
      const compressedTwin = join(directory(), 'requests-2027-03-08T00-00-00-000Z.ndjson');
      await writeFile(compressedTwin, 'compressed already, and not read again\n');
      await writeFile(`${compressedTwin}.gz`, gzipSync(toNdjsonLine(sampleRecord())));
      const abandoned = `${archive}.gz.part`;
      await writeFile(abandoned, 'half of a gzip');
      await utimes(abandoned, 0, 0);
      const sink = await new TestFileSink({ directory: directory() }).open();
      await eventually(async () => {
        expect((await readdir(directory())).sort()).to.deep.equal([
          'requests-2027-03-08T00-00-00-000Z.ndjson.gz',
          'requests-2027-03-09T00-00-00-000Z.ndjson.gz',
          'requests.ndjson',
        ]);
      });
      await sink.close();
      expect(await readNdjson(directory())).to.have.length(2);
    });

    it('are compressed with equal content at any size', async () => {
      const sizes = [1, 65_536, 262_143, 262_144, 262_145, 1_000_003];
      const contents = sizes.map(size => randomBytes(size));
      const pathOf = (at: number): string => join(directory(), `requests-2027-03-0${at + 1}T00-00-00-000Z.ndjson`);
      await Promise.all(contents.map((content, at) => writeFile(pathOf(at), content)));
      const sink = await new TestFileSink({ directory: directory() }).open();
      await eventually(async () => {
        expect((await readdir(directory())).filter(name => name.endsWith('.gz'))).to.have.length(sizes.length);
      });
      await sink.close();
      const compressed = await Promise.all(contents.map((_, at) => readFile(`${pathOf(at)}.gz`)));
      expect(compressed.map((content, at) => gunzipSync(content).equals(contents[at]!))).to.deep.equal(
        sizes.map(() => true),
      );
    });

    it('are not compressed when a late batch of another process came in meanwhile', async () => {
      const archive = join(directory(), 'requests-2027-03-09T00-00-00-000Z.ndjson');
      await writeFile(archive, toNdjsonLine(sampleRecord()).repeat(20_000));
      const sink = await new TestFileSink({ directory: directory() }).open();
      await eventually(() => stat(`${archive}.gz.part`));
      await writeFile(archive, toNdjsonLine(sampleRecord()), { flag: 'a' });
      await sink.close();
      expect((await readdir(directory())).sort()).to.deep.equal([basename(archive), 'requests.ndjson']);

      const restarted = await new TestFileSink({ directory: directory() }).open();
      await eventually(() => stat(`${archive}.gz`));
      await restarted.close();
      expect(await readNdjson(directory())).to.have.length(20_001);
    });

    it('are left alone while another process compresses or reserves them', async () => {
      const archive = join(directory(), 'requests-2027-03-09T00-00-00-000Z.ndjson');
      await writeFile(archive, toNdjsonLine(sampleRecord()));
      await writeFile(`${archive}.gz.part`, 'written by another process right now');
      await writeFile(join(directory(), 'requests-2027-03-09T00-00-00-001Z.ndjson'), '');
      await writeFile(join(directory(), 'requests-2027-03-09T00-00-00-002Z.ndjson'), 'last of this run\n');
      const sink = await new TestFileSink({ directory: directory() }).open();
      await eventually(async () => {
        expect((await readdir(directory())).sort()).to.deep.equal([
          'requests-2027-03-09T00-00-00-000Z.ndjson',
          'requests-2027-03-09T00-00-00-000Z.ndjson.gz.part',
          'requests-2027-03-09T00-00-00-001Z.ndjson',
          'requests-2027-03-09T00-00-00-002Z.ndjson.gz',
          'requests.ndjson',
        ]);
      });
      await sink.close();
    });

    it('are kept up to maxFiles, newest first, other files untouched', async () => {
      const others = [
        'notes.txt',
        'requests-old.ndjson',
        'requests-2020-01-01.ndjson',
        'other-2020-01-01T00-00-00-000Z.ndjson',
      ];
      for (const other of others) await writeFile(join(directory(), other), '');
      const sink = new TestFileSink({ directory: directory(), maxFileBytes: 1_024, maxFiles: 2, compress: false });
      for (const [second, record] of sampleRecords(5).entries()) {
        await sink.at(`2027-03-10T10:15:0${second}.000Z`).write([record]);
      }
      await eventually(async () => {
        expect(await readdir(directory())).to.have.members([
          ...others,
          'requests-2027-03-10T10-15-03-000Z.ndjson',
          'requests-2027-03-10T10-15-04-000Z.ndjson',
          'requests.ndjson',
        ]);
      });
    });

    it('are deleted maxAgeDays after their rotation, compressed or not', async () => {
      const stamps = ['2027-03-03T10-14-59-999Z', '2027-03-03T10-15-00-000Z', '2027-02-01T00-00-00-000Z'];
      await writeFile(join(directory(), `requests-${stamps[0]}.ndjson.gz`), gzipSync(''));
      await writeFile(join(directory(), `requests-${stamps[1]}.ndjson.gz`), gzipSync(''));
      await writeFile(join(directory(), `requests-${stamps[2]}.ndjson`), '\n');
      const sink = await new TestFileSink({ directory: directory(), maxAgeDays: 7 }).open();
      await eventually(async () => {
        expect((await readdir(directory())).sort()).to.deep.equal([
          `requests-${stamps[1]}.ndjson.gz`,
          'requests.ndjson',
        ]);
      });
      await sink.close();
    });

    it('go on being written when compressing fails, which is reported once', async () => {
      const sink = new TestFileSink({ directory: directory(), maxFileBytes: 1_024 });
      await sink.open();
      // A folder in the place of the compressed file: it cannot be renamed there.
      for (const millis of ['000', '001']) {
        await mkdir(join(directory(), `requests-2027-03-10T10-15-00-${millis}Z.ndjson.gz.part`));
        await utimes(join(directory(), `requests-2027-03-10T10-15-00-${millis}Z.ndjson.gz.part`), 0, 0);
      }
      for (const record of sampleRecords(3)) await sink.write([record]);
      await sink.at('2027-03-10T10:16:00.000Z').open();
      await eventually(() => expect(sink.reports).to.have.length(1));
      await sink.close();
      expect(sink.reports.map(({ code }) => code)).to.deep.equal(['ROTATION_FAILED']);
      expect(sink.reports[0]!.message).to.match(
        /^Compressing or deleting rotated files of sink "file" in .* failed: .* \(ERR_FS_EISDIR\)\. .* It is tried again\.$/,
      );
      expect(await storedIds()).to.deep.equal(idsOf(sampleRecords(3)));
    });
  });

  describe('when something outside touches them', () => {
    it('are begun afresh after a rename, as logrotate does it', async () => {
      const sink = new TestFileSink({ directory: directory() });
      await sink.write(sampleRecords(2));
      await rename(currentPath(), join(directory(), 'requests.ndjson.1'));
      await sink.write(sampleRecords(1, 2));
      expect(await storedIds()).to.deep.equal(idsOf(sampleRecords(1, 2)));
      expect(await readNdjson(directory(), 'requests.ndjson.1')).to.have.length(2);
    });

    it('go on after being cut to nothing, as logrotate does with copytruncate', async () => {
      const sink = new TestFileSink({ directory: directory() });
      await sink.write(sampleRecords(2));
      await writeFile(currentPath(), '');
      await sink.write(sampleRecords(1, 2));
      expect(await readNdjson(directory())).to.have.length(1);
    });

    it('are made again when their folder was deleted', async () => {
      const folder = join(directory(), 'a', 'b');
      const sink = new TestFileSink({ directory: folder });
      await sink.write(sampleRecords(1));
      await rm(join(directory(), 'a'), { recursive: true });
      await sink.write(sampleRecords(1, 1));
      expect(await readNdjson(folder)).to.have.length(1);
      expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    });
  });
});
