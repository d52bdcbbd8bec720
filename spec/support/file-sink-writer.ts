// Run as a process of its own: writes batches of five records and tells about each of them on a line of its own.
// Arguments: folder, maxFileBytes, number of batches (without: until it is killed).
import { statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileSink } from '../../src/sinks/file/file-sink';
import { sampleRecords } from './sample-record';

async function main(): Promise<void> {
  const [directory = '', maxFileBytes, batches = 'Infinity'] = process.argv.slice(2);
  const sink = fileSink({ directory, maxFileBytes: Number(maxFileBytes) });
  const { signal } = new AbortController();
  for (let batch = 0; batch < Number(batches); batch += 1) {
    const records = sampleRecords(5, batch * 5);
    const failure = await Promise.resolve(sink.write(records, signal)).then(
      () => undefined,
      (error: Error) => error.message,
    );
    const fileBytes = statSync(join(directory, 'requests.ndjson')).size;
    writeSync(1, `${JSON.stringify({ ids: records.map(record => record._id), failure, fileBytes })}\n`);
  }
}

void main();
