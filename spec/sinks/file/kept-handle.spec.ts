import { expect } from 'chai';
import { createHook } from 'node:async_hooks';
import { closeSync } from 'node:fs';
import { type FileHandle, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '../../support/eventually';
import { fileHandlePrototype } from '../../support/file-handle-prototype';
import { openFilesIn } from '../../support/open-files';
import { readNdjson } from '../../support/read-ndjson';
import { sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

describe('the handle of the file sink', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  const directory = useTemporaryDirectory();
  const folder = (): string => join(directory(), 'logs');
  const currentPath = (): string => join(folder(), 'requests.ndjson');
  const openPaths = async (): Promise<string[]> => (await openFilesIn(directory())).map(({ path }) => path);
  const storedIds = async (): Promise<string[]> => (await readNdjson(folder())).map(record => record._id);
  const [first, second, third] = sampleRecords(3);

  it('is kept from one batch to the next', async () => {
    const sink = new TestFileSink({ directory: folder() });
    await sink.write([first!]);
    const kept = await openFilesIn(directory());
    expect(kept).to.have.length(1);
    await sink.write([second!]);
    expect(await openFilesIn(directory())).to.deep.equal(kept);
    await sink.close();
  });

  it('leaves three calls to a batch: look, write, look again', async () => {
    const sink = new TestFileSink({ directory: folder() });
    await sink.write([first!]);
    expect(await countFileSystemCalls(() => sink.write([second!]))).to.equal(3);
    await sink.close();
  });

  const CHANGES: Readonly<Record<string, () => Promise<unknown>>> = {
    'was renamed': () => rename(currentPath(), join(folder(), 'requests.ndjson.1')),
    'was deleted': () => rm(currentPath()),
    'was replaced by an empty one': async () => {
      await rename(currentPath(), join(folder(), 'requests.ndjson.1'));
      await writeFile(currentPath(), '');
    },
    'went with its folder': () => rm(folder(), { recursive: true }),
    'was moved with its folder': () => rename(folder(), join(directory(), 'moved')),
    'stands in a folder that is now another one': async () => {
      await rename(folder(), join(directory(), 'moved'));
      await mkdir(folder());
      await writeFile(currentPath(), '');
    },
  };
  for (const [change, make] of Object.entries(CHANGES)) {
    it(`is replaced when the file ${change}`, async () => {
      const sink = await new TestFileSink({ directory: folder() }).open();
      await sink.write([first!]);
      await make();
      await sink.write([second!]);
      await sink.write([third!]);
      expect(await openPaths()).to.deep.equal([currentPath()]);
      expect(await storedIds()).to.deep.equal([second!._id, third!._id]);
      await sink.close();
    });
  }

  it('is replaced when a link leads elsewhere', async () => {
    const sink = await new TestFileSink({ directory: folder() }).open();
    for (const [target, record] of [
      ['one', first!],
      ['two', second!],
    ] as const) {
      await rm(currentPath(), { force: true });
      await symlink(join(directory(), target), currentPath());
      await sink.write([record]);
      expect(await openPaths()).to.deep.equal([join(directory(), target)]);
      expect(await storedIds()).to.deep.equal([record._id]);
    }
    await sink.close();
  });

  it('is never that of an archive', async () => {
    const sink = await new TestFileSink({ directory: folder(), maxFileBytes: 1_024, compress: false }).open();
    for (const record of [first!, second!, third!]) {
      await sink.write([record]);
      expect(await openPaths()).to.deep.equal([currentPath()]);
    }
    await sink.close();
    expect(await storedIds()).to.deep.equal([first!._id, second!._id, third!._id]);
  });

  it('is closed when the file is rotated without a request', async () => {
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      const sink = await new TestFileSink({ directory: folder(), compress: false }).open();
      await sink.write([first!]);
      sink.at('2027-03-11T01:00:00.000Z');
      mock.timers.tick(3_600_000);
      await eventually(async () => expect(await openPaths()).to.deep.equal([]));
      await sink.close();
    } finally {
      mock.timers.reset();
    }
  });

  it('is closed when no batch came for five seconds, and opened again for the next one', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const sink = new TestFileSink({ directory: folder() });
    try {
      await sink.write([first!]);
      mock.timers.tick(4_999);
      await sink.write([second!]);
      mock.timers.tick(4_999);
      expect(await openPaths()).to.deep.equal([currentPath()]);
      mock.timers.tick(1);
    } finally {
      mock.timers.reset();
    }
    await eventually(async () => expect(await openPaths()).to.deep.equal([]));
    await sink.write([third!]);
    expect(await openPaths()).to.deep.equal([currentPath()]);
    expect(await storedIds()).to.deep.equal([first!._id, second!._id, third!._id]);
    await sink.close();
  });

  it('is closed with the sink, also in the middle of a write', async () => {
    const sink = await new TestFileSink({ directory: folder() }).open();
    await sink.write([first!]);
    const late = sink.write([second!]);
    await sink.close();
    expect(await openPaths()).to.deep.equal([]);
    await late;
    expect(await storedIds()).to.deep.equal([first!._id, second!._id]);
  });

  it('is not left behind by openings, failed or not', async () => {
    await writeFile(folder(), 'a file in the place of the folder');
    const sink = new TestFileSink({ directory: folder() });
    expect(await outcomeOf(sink.open())).to.equal('ENOTDIR');
    await rm(folder());
    await sink.open();
    await sink.write([first!]);
    await sink.open();
    expect(await openPaths()).to.deep.equal([currentPath()]);
    await sink.close();
    expect(await openPaths()).to.deep.equal([]);
  });

  it('is closed and opened again after a failure', async () => {
    const sink = await new TestFileSink({ directory: folder() }).open();
    await sink.write([first!]);
    const [kept] = await openFilesIn(directory());
    // As if the application had closed it by mistake.
    closeSync(kept!.fd);
    expect(await outcomeOf(sink.write([second!]))).to.equal('EBADF');
    expect(await openPaths()).to.deep.equal([]);
    expect(await outcomeOf(sink.write([second!]))).to.equal('stored');
    expect(await storedIds()).to.deep.equal([first!._id, second!._id]);
    expect(await openPaths()).to.deep.equal([currentPath()]);
    await sink.close();
  });

  it('is closed after a write that failed half-way, whose half is taken back', async () => {
    const sink = await new TestFileSink({ directory: folder() }).open();
    await sink.write([first!]);
    const { size } = await stat(currentPath());
    await failHalfWay();
    expect(await outcomeOf(sink.write([second!]))).to.equal('EIO');
    expect(await openPaths()).to.deep.equal([]);
    expect((await stat(currentPath())).size).to.equal(size);
    expect(await outcomeOf(sink.write([second!]))).to.equal('stored');
    expect(await storedIds()).to.deep.equal([first!._id, second!._id]);
    await sink.close();
  });

  it('is told of when it cannot be closed, since nobody knows what became of the last records then', async () => {
    const sink = await new TestFileSink({ directory: folder() }).open();
    await sink.write([first!]);
    const [kept] = await openFilesIn(directory());
    closeSync(kept!.fd);
    await rename(currentPath(), join(folder(), 'requests.ndjson.1'));
    await sink.write([second!]);
    expect(await storedIds()).to.deep.equal([second!._id]);
    expect(sink.reports.map(({ code, message }) => `${code}: ${message}`)).to.deep.equal([
      `SINK_WRITE_FAILED: The file ${currentPath()} could not be closed: the operating system refused (EBADF). See the ` +
        'cause. The records that it took last may be missing.',
    ]);
    await sink.close();
  });

  it('of a device is not kept', async () => {
    await mkdir(folder());
    await symlink('/dev/null', currentPath());
    const openNulls = async (): Promise<unknown[]> =>
      (await openFilesIn('/dev')).filter(({ path }) => path === '/dev/null');
    const before = await openNulls();
    const sink = await new TestFileSink({ directory: folder() }).open();
    await sink.write([first!]);
    expect(await openNulls()).to.deep.equal(before);
    await sink.close();
  });

  it('does not keep the process alive', async () => {
    const timers = (): string[] => process.getActiveResourcesInfo().filter(name => name === 'Timeout');
    const sink = await new TestFileSink({ directory: folder() }).open();
    const before = timers();
    await sink.write([first!]);
    expect(timers()).to.deep.equal(before);
    await sink.close();
  });

  it('is not lost to the collection of garbage when its sink is forgotten', async () => {
    await new TestFileSink({ directory: folder() }).write([first!]);
    const warnings: Error[] = [];
    const note = (warning: Error): number => warnings.push(warning);
    process.on('warning', note);
    setFlagsFromString('--expose-gc');
    for (let round = 0; round < 3; round += 1) {
      (runInNewContext('gc') as () => void)();
      await setImmediate();
    }
    process.off('warning', note);
    expect(warnings).to.deep.equal([]);
  });
});

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'stored',
    (error: { cause?: { code?: string } }) => error.cause?.code,
  );
}

/** What the work asks of the file system; each call takes a turn of the event loop. */
async function countFileSystemCalls(work: () => Promise<unknown>): Promise<number> {
  let calls = 0;
  const hook = createHook({ init: (_id, type) => void (type === 'FSREQPROMISE' && (calls += 1)) }).enable();
  await work();
  hook.disable();
  return calls;
}

/** The next write to any handle puts one half of it into the file and then fails. */
async function failHalfWay(): Promise<void> {
  const prototype = await fileHandlePrototype();
  const original = prototype.write as (lines: Buffer, from: number, count: number) => Promise<{ bytesWritten: number }>;
  let writes = 0;
  prototype.write = async function (this: FileHandle, lines: Buffer, from: number) {
    writes += 1;
    if (writes === 1) return original.call(this, lines, from, lines.length >> 1);
    prototype.write = original as typeof prototype.write;
    throw Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO' });
  } as typeof prototype.write;
}
