import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './errno';

/**
 * Makes a folder and its missing parents. Node's own `recursive` never ends where a file system answers ENOENT for good
 * (below /proc, measured on Node 20): it would keep a thread of the pool busy for ever.
 */
export async function makeDirectory(directory: string, mode: number): Promise<void> {
  if ((await tryToMake(directory, mode)) !== 'parent-missing') return;
  const parent = dirname(directory);
  if (parent !== directory) await makeDirectory(parent, mode);
  await mkdir(directory, { mode }).catch(ignoreExisting);
}

async function tryToMake(directory: string, mode: number): Promise<'made' | 'parent-missing'> {
  try {
    await mkdir(directory, { mode });
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return 'parent-missing';
    ignoreExisting(cause);
  }
  return 'made';
}

/** Something else of that name shows when it is used, with an errno that says so. */
function ignoreExisting(cause: unknown): void {
  if (errnoOf(cause) !== 'EEXIST') throw cause;
}
