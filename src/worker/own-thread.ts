import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { LoggingError } from '../errors';
import { OWN_THREAD } from './messages';

/** Whether this is a worker of ours: an application that is preloaded into every thread must not start more of them. */
export function isOwnThread(): boolean {
  return typeof workerData === 'object' && workerData !== null && OWN_THREAD in workerData;
}

/**
 * The file that a worker runs.
 * @throws {@link LoggingError} `OPTION_INVALID` when the package was bundled, and the file is not where it was.
 */
export function workerFile(directory = __dirname): string {
  const file = join(directory, 'worker-main.js');
  if (existsSync(file)) return file;
  throw new LoggingError(
    'OPTION_INVALID',
    `worker: true needs the package's own files, and ${file} is not there. Keep logged-controllers out of the bundle ` +
      '(mark it as external), or leave worker out.',
  );
}
