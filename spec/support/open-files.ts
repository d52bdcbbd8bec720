import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

export interface OpenFile {
  readonly fd: number;
  /** Where it stands; with ` (deleted)` behind it when it stands nowhere any more. */
  readonly path: string;
}

/** What this process has open below a folder. On Linux only. */
export async function openFilesIn(directory: string): Promise<OpenFile[]> {
  const fds = await readdir('/proc/self/fd');
  const files = await Promise.all(
    fds.map(async fd => ({
      fd: Number(fd),
      // The one that listed the folder is closed by now.
      path: await readlink(join('/proc/self/fd', fd)).catch(() => ''),
    })),
  );
  return files.filter(({ path }) => path.startsWith(join(directory, '/')));
}
