import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { LogRecord, LossRecord } from 'logged-controllers';

function linesOf(path: string): AsyncIterable<string> {
  const file = createReadStream(path);
  return createInterface({ input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file });
}

/** How many records of requests the files of a folder hold, by the status of the response. Nobody may write into them any more. */
export async function storedStatuses(folder: string): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {};
  const files = (await readdir(folder)).filter(name => /\.ndjson(\.gz)?$/.test(name));
  for (const name of files) {
    for await (const line of linesOf(join(folder, name))) {
      const record = JSON.parse(line) as LogRecord | LossRecord;
      if (record.kind === 'loss') continue;
      const status = record.response.status ?? 0;
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }
  return counts;
}
