import { expect } from 'chai';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SinkError } from '../../../src/errors';
import { explainFileFailure } from '../../../src/sinks/file/file-failure';
import { toNdjsonLine } from '../../../src/sinks/ndjson';
import { readNdjson } from '../../support/read-ndjson';
import { sampleRecord, sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

async function failureOf(work: Promise<unknown>): Promise<SinkError> {
  const outcome: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(SinkError);
  return outcome as SinkError;
}

describe('a file sink that cannot write', () => {
  const directory = useTemporaryDirectory();
  const currentPath = (): string => join(directory(), 'requests.ndjson');

  it('says at the opening which folder, why and what to do, and opens once that is done', async () => {
    await writeFile(join(directory(), 'logs'), 'a file in the place of the folder');
    const sink = new TestFileSink({ directory: join(directory(), 'logs') });
    const failure = await failureOf(sink.open());
    expect(failure.retryable).to.equal(true);
    expect(failure.message).to.equal(
      `The file ${join(directory(), 'logs', 'requests.ndjson')} cannot be written: a part of the path is not a folder ` +
        '(ENOTDIR). Set "directory" of fileSink to another folder.',
    );
    expect(failure.cause).to.have.property('code', 'ENOTDIR');

    await rm(join(directory(), 'logs'));
    await sink.open();
    await sink.write(sampleRecords(1));
    expect(await readNdjson(join(directory(), 'logs'))).to.have.length(1);
    await sink.close();
  });

  it('says so when it may not write into the folder', async function () {
    if (process.getuid?.() === 0) this.skip();
    await chmod(directory(), 0o500);
    const failure = await failureOf(new TestFileSink({ directory: directory() }).open());
    expect(failure.message).to.contain('permission is denied (EACCES)');
  });

  it('does not hang where a folder can never be made', async function () {
    if (process.platform !== 'linux') this.skip();
    const failure = await failureOf(new TestFileSink({ directory: '/proc/no-such-folder/logs' }).open());
    expect(failure.message).to.contain('(ENOENT). Set "directory" of fileSink to a folder that can exist.');
  });

  it('says so when a folder is in the place of the file', async () => {
    await mkdir(currentPath());
    const failure = await failureOf(new TestFileSink({ directory: directory() }).open());
    expect(failure.message).to.contain('a folder is in the place of the file (EISDIR). Set "fileName"');
  });

  it('refuses the batch on a full disk, and writes again when there is room', async function () {
    if (process.platform !== 'linux') this.skip();
    await symlink('/dev/full', currentPath());
    const sink = await new TestFileSink({ directory: directory() }).open();
    const failure = await failureOf(sink.write(sampleRecords(2)));
    expect(failure.retryable).to.equal(true);
    expect(failure.rejected).to.deep.equal([]);
    expect(failure.message).to.match(/the disk is full \(ENOSPC\)\. Free some space/);

    await rm(currentPath());
    await sink.write(sampleRecords(2));
    expect(await readNdjson(directory())).to.have.length(2);
    expect(sink.reports).to.deep.equal([]);
    await sink.close();
  });

  it('goes on with the file at hand when it cannot be rotated, reports that once, and rotates later', async () => {
    const records = sampleRecords(6);
    // The longest name that a file can have: its archives would need a longer one.
    const fileName = `${'n'.repeat(230)}.ndjson`;
    const sink = await new TestFileSink({ directory: directory(), fileName, maxFileBytes: 1_024 }).open();
    for (const record of records) await sink.write([record]);
    expect((await readNdjson(directory(), fileName)).map(record => record._id)).to.deep.equal(records.map(r => r._id));
    expect(sink.reports.map(({ code }) => code)).to.deep.equal(['ROTATION_FAILED']);
    expect(sink.reports[0]!.message).to.match(
      /^Rotating the files of sink "file" in .*the path is too long \(ENAMETOOLONG\)/,
    );
    await sink.close();
  });

  it('tries a daily rotation that failed again', async () => {
    const sink = new TestFileSink({ directory: directory(), compress: false });
    await sink.write(sampleRecords(1));
    // Not a number: no name can be made of it.
    await sink.at('no time').write(sampleRecords(1, 1));
    await sink.at('2027-03-11T00:00:00.000Z').write(sampleRecords(1, 2));
    expect(await readdir(directory())).to.have.length(2);
    expect(await readNdjson(directory())).to.have.length(3);
  });
});

describe('a file that ends within a line', () => {
  const directory = useTemporaryDirectory();
  const currentPath = (): string => join(directory(), 'requests.ndjson');
  const line = toNdjsonLine(sampleRecord());

  it('is continued on a line of its own after a crash', async () => {
    await writeFile(currentPath(), `${line}${line.slice(0, 40)}`);
    await new TestFileSink({ directory: directory(), rotateDaily: false }).write(sampleRecords(2));
    const lines = (await readFile(currentPath(), 'utf8')).split('\n');
    expect(lines).to.have.length(5);
    expect(lines[1]).to.equal(line.slice(0, 40));
    expect([lines[0], lines[2], lines[3]].map(text => (JSON.parse(text!) as { kind: string }).kind)).to.deep.equal(
      Array.from({ length: 3 }, () => 'request'),
    );
  });

  it('is ended when it is rotated, so that archives can be read one behind the other', async () => {
    await writeFile(currentPath(), line.slice(0, 40));
    await new TestFileSink({ directory: directory(), maxFileBytes: 1_024, compress: false }).write(sampleRecords(1));
    const archive = (await readdir(directory())).find(name => name !== 'requests.ndjson');
    expect(await readFile(join(directory(), archive!), 'utf8')).to.equal(`${line.slice(0, 40)}\n`);
  });

  it('is noticed while running too, when another process died within a line', async () => {
    const sink = new TestFileSink({ directory: directory() });
    await sink.write(sampleRecords(1));
    await writeFile(currentPath(), '{"torn":', { flag: 'a' });
    await sink.write(sampleRecords(1, 1));
    expect((await readFile(currentPath(), 'utf8')).split('\n')[1]).to.equal('{"torn":');
  });

  it('is left as it is when its last line is whole', async () => {
    await writeFile(currentPath(), line);
    await new TestFileSink({ directory: directory() }).write(sampleRecords(1));
    expect(await readFile(currentPath(), 'utf8')).not.to.contain('\n\n');
  });
});

describe('the file sink', () => {
  const directory = useTemporaryDirectory();
  const currentPath = (): string => join(directory(), 'requests.ndjson');

  it('makes files and folders for the owner only', async () => {
    await new TestFileSink({ directory: join(directory(), 'new') }).write(sampleRecords(1));
    expect((await stat(join(directory(), 'new'))).mode & 0o777).to.equal(0o700);
    expect((await stat(join(directory(), 'new', 'requests.ndjson'))).mode & 0o777).to.equal(0o600);
  });

  it('makes them with the modes that were asked for', async () => {
    const folder = join(directory(), 'new');
    const umask = process.umask(0);
    try {
      await new TestFileSink({ directory: folder, fileMode: 0o640, directoryMode: 0o750 }).write(sampleRecords(1));
    } finally {
      process.umask(umask);
    }
    expect((await stat(folder)).mode & 0o777).to.equal(0o750);
    expect((await stat(join(folder, 'requests.ndjson'))).mode & 0o777).to.equal(0o640);
  });

  it('lists a record that is not JSON as rejected and stores the others', async () => {
    const [good, poison, alsoGood] = sampleRecords(3);
    const broken = { ...poison!, attributes: { big: 1n } as never };
    const sink = new TestFileSink({ directory: directory() });
    expect(await sink.write([good!, broken, alsoGood!])).to.deep.equal({
      rejected: [{ index: 1, reason: 'the record cannot be written as text (TypeError)' }],
    });
    expect(await sink.write([broken])).to.have.nested.property('rejected.length', 1);
    expect((await readNdjson(directory())).map(record => record._id)).to.deep.equal([good!._id, alsoGood!._id]);
  });

  it('does not write a batch whose deadline has passed', async () => {
    const sink = new TestFileSink({ directory: directory() });
    const failure = await failureOf(sink.write(sampleRecords(1), AbortSignal.abort()));
    expect(failure).to.include({ retryable: true, message: 'The write did not end before its deadline.' });
    await sink.write(sampleRecords(1, 1));
    expect(await readNdjson(directory())).to.have.length(1);
  });

  it('keeps batches apart that are written at the same time, also by a second sink on the same file', async () => {
    const sinks = [1, 2].map(() => new TestFileSink({ directory: directory(), maxFileBytes: 20_000 }));
    const batches = Array.from({ length: 40 }, (_, place) => sampleRecords(5, place * 5));
    await Promise.all(batches.map((batch, place) => sinks[place % 2]!.write(batch)));
    await Promise.all(sinks.map(sink => sink.close()));
    const ids = (await readNdjson(directory())).map(record => record._id);
    expect(ids.sort()).to.deep.equal(batches.flat().map(record => record._id));
  });

  it('waits at its end for what is being written and compressed, however often it is closed', async () => {
    const sink = new TestFileSink({ directory: directory(), maxFileBytes: 1_024 });
    const writes = sampleRecords(3).map(record => sink.write([record]));
    await Promise.all([sink.close(), sink.close(), ...writes]);
    expect((await readdir(directory())).filter(name => name.endsWith('.part'))).to.deep.equal([]);
    expect(await readNdjson(directory())).to.have.length(3);
    await sink.close();
  });

  it('writes through a link', async () => {
    await symlink(join(directory(), 'elsewhere.ndjson'), currentPath());
    await new TestFileSink({ directory: directory() }).write(sampleRecords(1));
    expect(await readNdjson(directory(), 'elsewhere.ndjson')).to.have.length(1);
  });

  it('follows a file that is renamed at every batch', async () => {
    const sink = new TestFileSink({ directory: directory() });
    const records = sampleRecords(20);
    for (const [place, record] of records.entries()) {
      await sink.write([record]);
      await rename(currentPath(), join(directory(), `moved.${place}`));
    }
    const moved = await Promise.all(records.map((_, place) => readNdjson(directory(), `moved.${place}`)));
    expect(moved.flat().map(record => record._id)).to.deep.equal(records.map(record => record._id));
  });
});

describe('the explanation of a file failure', () => {
  const ROWS: readonly (readonly [errno: string, words: string])[] = [
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EFBIG', 'the file may not grow any more'],
    ['EROFS', 'the file system is read-only'],
    ['EACCES', 'permission is denied'],
    ['EMFILE', 'this process has too many open files'],
    ['EIO', 'the device failed'],
    ['EWEIRD', 'the operating system refused'],
  ];
  for (const [errno, words] of ROWS) {
    it(`has words and a remedy for ${errno}`, () => {
      const explanation = explainFileFailure(Object.assign(new Error('quoted /path'), { code: errno }));
      expect(explanation).to.match(new RegExp(`^${words} \\(${errno}\\)\\. [A-Z].*\\.$`));
    });
  }
});
