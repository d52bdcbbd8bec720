import { type FileHandle, open } from 'node:fs/promises';

/** What all handles of `node:fs/promises` inherit from: the place to have one of their calls fail, or come late. */
export async function fileHandlePrototype(): Promise<FileHandle> {
  const probe = await open(__filename, 'r');
  await probe.close();
  return Object.getPrototypeOf(probe) as FileHandle;
}
