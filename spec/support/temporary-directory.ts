import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each spec of the surrounding `describe` a folder of its own, deleted afterwards. */
export function useTemporaryDirectory(): () => string {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'logged-controllers-'));
  });
  // Work in the background may still add a file while the folder is being emptied.
  afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  return () => directory;
}
