import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Collection, MongoClient } from 'mongodb';
import type { MongoDestination } from '../support/find-destination';
import { spellingsOf } from './secrets';
import type { StoredRecord } from './stored-record';

/** The bytes of every file of a folder, compressed ones unpacked. */
async function readFiles(directory: string): Promise<readonly Buffer[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async path => {
      const bytes = await readFile(path);
      return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    }),
  );
}

/** The records in the NDJSON files of a folder, in the order of their requests. */
export async function readRecords(directory: string): Promise<readonly StoredRecord[]> {
  const lines = (await readFiles(directory)).flatMap(bytes => bytes.toString().split('\n'));
  const documents = lines.filter(line => line !== '').map(line => JSON.parse(line) as Partial<StoredRecord>);
  const records = documents.filter((document): document is StoredRecord => document.requestId !== undefined);
  return records.sort((one, other) => one.requestId.localeCompare(other.requestId));
}

export interface Search {
  readonly bytes: number;
  readonly found: readonly string[];
}

/** Looks for secrets in all bytes of a folder, in every spelling. */
export async function findSecrets(directory: string, secrets: readonly string[]): Promise<Search> {
  const files = await readFiles(directory);
  return {
    bytes: files.reduce((total, { length }) => total + length, 0),
    found: secrets.filter(secret =>
      spellingsOf(secret).some(spelling => files.some(bytes => bytes.includes(spelling))),
    ),
  };
}

/** Writes a whole collection into a file, so that records are looked at in one way wherever they are stored. */
export async function exportCollection(destination: MongoDestination, directory: string): Promise<void> {
  await withCollection(destination, async collection => {
    const documents = await collection.find().toArray();
    await mkdir(directory, { recursive: true });
    const lines = documents.map(document => `${JSON.stringify(document)}\n`);
    await writeFile(join(directory, 'collection.ndjson'), lines);
  });
}

export function dropCollection(destination: MongoDestination): Promise<void> {
  return withCollection(destination, async collection => void (await collection.drop()));
}

async function withCollection(
  { url, database, collection }: MongoDestination,
  work: (collection: Collection) => Promise<void>,
): Promise<void> {
  const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5_000 });
  try {
    await work(client.db(database).collection(collection));
  } finally {
    await client.close();
  }
}
