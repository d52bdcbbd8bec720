import { basename, dirname, join } from 'node:path';
import { fileFailureReason } from '../../files/errno';
import type { SpoolDamage } from './record-spool';
import { Segment } from './segment';
import { decodeProgress } from './segment-format';
import { scanSegment } from './segment-scan';
import type { SpoolFiles } from './spool-files';

const QUARANTINE = 'quarantine';
const CHUNK_BYTES = 1024 ** 2;

/** What a folder of an earlier process holds. */
export interface FoundSegments {
  readonly segments: readonly Segment[];
  readonly damage: readonly SpoolDamage[];
}

/** Reads a folder that was adopted. A file that cannot be read now stays where it is and is reported. */
export async function findSegments(directory: string, files: SpoolFiles, nextId: () => number): Promise<FoundSegments> {
  const segments: Segment[] = [];
  const damage: SpoolDamage[] = [];
  const names = Segment.namesIn(await files.list(directory));
  for (const name of names.segments) {
    const segment = new Segment(nextId(), directory, name);
    try {
      const found = await findSegment(segment, files);
      if (found) damage.push(found);
      if (segment.isSealed) segments.push(segment);
    } catch (cause) {
      damage.push({ records: 0, reason: `a file of an earlier process was left: ${fileFailureReason(cause)}` });
    }
  }
  // The last step of deleting a segment was not reached.
  for (const name of names.left)
    await files.remove(new Segment(0, directory, name).progressPath).catch(() => undefined);
  return { segments, damage };
}

async function findSegment(segment: Segment, files: SpoolFiles): Promise<SpoolDamage | undefined> {
  const scan = await scanSegment(await readAll(segment.path, files));
  if (scan === 'foreign') return quarantine(segment, files);
  // Without its progress all of it comes again, which is better than not at all.
  const progress = await readAll(segment.progressPath, files).catch(() => Buffer.alloc(0));
  const lost = segment.adopt(scan, decodeProgress(progress), progress.length);
  return lost > 0 ? { records: lost, reason: 'their bytes on the disk have changed' } : undefined;
}

/** Keeps what a later version may read, or a person. */
async function quarantine({ path, progressPath, directory }: Segment, files: SpoolFiles): Promise<SpoolDamage> {
  const folder = join(dirname(directory), QUARANTINE);
  await files.makeDirectory(folder);
  const [id] = basename(directory).split('.', 1);
  for (const from of [progressPath, path]) {
    if (await files.touchedAt(from)) await files.rename(from, join(folder, `${id}-${basename(from)}`));
  }
  await files.syncDirectory(folder);
  await files.syncDirectory(directory);
  const reason = `a file is not of this version of logged-controllers, and was put aside in the folder "${QUARANTINE}"`;
  return { records: 0, reason };
}

async function readAll(path: string, files: SpoolFiles): Promise<Buffer> {
  const file = await files.open(path, 'read');
  try {
    // The process that wrote it may have been killed before it made it safe.
    await file.sync();
    const chunks: Buffer[] = [];
    for (
      let length = 0, chunk: Buffer | undefined;
      chunk === undefined || chunk.length === CHUNK_BYTES;
      length += chunk.length
    ) {
      chunk = await file.read(CHUNK_BYTES, length);
      chunks.push(chunk);
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}
