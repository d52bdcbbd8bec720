import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { findArchives } from '../../src/sinks/file/archive-names';
import { eventually } from './eventually';
import { readLines } from './read-ndjson';
import { BATCH_RECORDS, IDS_PER_PROCESS } from './shared-folder-writer';
import { sampleRecords } from './sample-record';
import { TestFileSink } from './test-file-sink';

const WRITER = join(__dirname, 'shared-folder-writer.js');

export interface SharedFolder {
  readonly directory: string;
  readonly processes: number;
  /** Of five records each. */
  readonly batchesEach: number;
  readonly maxFileBytes: number;
}

/** Has processes of their own write into one folder at the same time. They report nothing. */
export async function writeFromProcesses({ directory, processes, batchesEach, maxFileBytes }: SharedFolder) {
  const children = Array.from({ length: processes }, (_, index) =>
    spawn(process.execPath, [WRITER, directory, String(index + 1), String(batchesEach), String(maxFileBytes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const reports = await Promise.all(children.map(({ stdout }) => text(stdout)));
  expect(reports).to.deep.equal(Array(processes).fill('[]'));
}

/** The same from the workers of a cluster. */
export async function writeFromCluster({ directory, processes, batchesEach, maxFileBytes }: SharedFolder) {
  cluster.setupPrimary({
    exec: WRITER,
    args: [directory, '0', String(batchesEach), String(maxFileBytes)],
    silent: true,
  });
  const workers = Array.from({ length: processes }, () => cluster.fork());
  const reports = await Promise.all(
    workers.map(async worker => {
      const [said] = await Promise.all([text(worker.process.stdout!), once(worker, 'exit')]);
      return said;
    }),
  );
  expect(reports).to.deep.equal(Array(processes).fill('[]'));
  return workers.map(({ id }) => id);
}

/** How many files were begun. Every line of every process is there exactly once, and again when all is compressed. */
export async function expectEveryLineOnce(folder: SharedFolder, numbers: readonly number[]): Promise<number> {
  const { directory, batchesEach } = folder;
  const wanted = numbers.flatMap(number =>
    sampleRecords(batchesEach * BATCH_RECORDS, number * IDS_PER_PROCESS).map(({ _id }) => _id),
  );
  const ids = async (): Promise<string[]> =>
    (await readLines(directory)).map(line => (JSON.parse(line) as { _id: string })._id);
  expect((await ids()).sort()).to.deep.equal(wanted.sort());

  const later = await new TestFileSink({ directory, maxFiles: 100_000, maxAgeDays: 36_500 }).open();
  const countPlain = async (): Promise<number> =>
    findArchives('requests.ndjson', await readdir(directory)).filter(({ hasPlain }) => hasPlain).length;
  for (let left = await countPlain(); left > 0;) {
    left = await eventually(async () => {
      const now = await countPlain();
      expect(now).to.be.lessThan(left);
      return now;
    });
  }
  await later.close();
  expect((await ids()).sort()).to.deep.equal(wanted);
  const names = await readdir(directory);
  expect(names.filter(name => name.endsWith('.part'))).to.deep.equal([]);
  return names.length;
}
