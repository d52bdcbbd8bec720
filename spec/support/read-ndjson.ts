import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LogRecord } from '../../src/record/log-record';
import { findArchives } from '../../src/sinks/file/archive-names';

/** A record as it is read back: dates are ISO text. */
export type StoredRecord = Omit<LogRecord, 'at' | 'expireAt'> & { readonly at: string; readonly expireAt?: string };

/** All lines under `fileName` in a folder, oldest first: rotated files, compressed or not, then the current one. */
export async function readLines(directory: string, fileName = 'requests.ndjson'): Promise<string[]> {
  const names = await readdir(directory);
  const texts: string[] = [];
  for (const archive of findArchives(fileName, names)) {
    // With both there, a crash came between compressing and deleting: they hold the same.
    const name = archive.hasCompressed ? `${archive.fileName}.gz` : archive.fileName;
    const content = await readFile(join(directory, name));
    texts.push((archive.hasCompressed ? gunzipSync(content) : content).toString());
  }
  if (names.includes(fileName)) texts.push(await readFile(join(directory, fileName), 'utf8'));
  return texts.flatMap(text => text.split('\n')).filter(line => line !== '');
}

/** All records under `fileName` in a folder. Throws for a line that is not JSON. */
export async function readNdjson(directory: string, fileName?: string): Promise<StoredRecord[]> {
  return (await readLines(directory, fileName)).map(line => JSON.parse(line) as StoredRecord);
}
