// Run as a process of its own, or as a worker of a cluster: writes batches into a folder that other processes write to as
// well, on a clock on which a minute is a second, and tells at the end what was reported.
// Arguments: folder, number of the process, number of batches, maxFileBytes.
import cluster from 'node:cluster';
import { FileSink } from '../../src/sinks/file/file-sink';
import { resolveFileSinkOptions } from '../../src/sinks/file/file-sink-options';
import { sampleRecords } from './sample-record';

/** Room for the ids of one process. */
export const IDS_PER_PROCESS = 1_000_000;
export const BATCH_RECORDS = 5;
const TIMES_FASTER = 60;

async function writeBatches(): Promise<void> {
  const [directory = '', given = '0', batches = '1', maxFileBytes = '20000'] = process.argv.slice(2);
  const number = cluster.worker?.id ?? Number(given);
  const startedAt = Date.now();
  const options = { directory, maxFileBytes: Number(maxFileBytes), maxFiles: 100_000, rotateDaily: false };
  const sink = new FileSink(resolveFileSinkOptions(options), () => startedAt + (Date.now() - startedAt) * TIMES_FASTER);
  const reports: string[] = [];
  await sink.open({ report: error => void reports.push(error.message) });
  const { signal } = new AbortController();
  for (let batch = 0; batch < Number(batches); batch += 1) {
    const records = sampleRecords(BATCH_RECORDS, number * IDS_PER_PROCESS + batch * BATCH_RECORDS);
    await sink.write(records, signal);
  }
  await sink.close();
  process.stdout.write(JSON.stringify(reports));
  cluster.worker?.disconnect();
}

if (require.main === module) void writeBatches();
