import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

/**
 * Writes at the end of a file opened for appending.
 *
 * @param before - The file as it was before.
 * @throws what the operating system said; the part that it took is cut off again then.
 */
export async function writeAllOrNothing(file: FileHandle, lines: Buffer, before: Stats): Promise<void> {
  let writtenBytes = 0;
  try {
    while (writtenBytes < lines.length) {
      // A disk that fills up takes a part and says so only in the count.
      const { bytesWritten } = await file.write(lines, writtenBytes);
      writtenBytes += bytesWritten;
    }
  } catch (cause) {
    if (writtenBytes > 0 && before.isFile()) await takeBack(file, before.size, writtenBytes);
    throw cause;
  }
}

/** Without this the retry of the batch would store a part of it twice. Not done when another writer added to it. */
async function takeBack(file: FileHandle, sizeBefore: number, writtenBytes: number): Promise<void> {
  try {
    const { size } = await file.stat();
    if (size === sizeBefore + writtenBytes) await file.truncate(sizeBefore);
  } catch {
    // The failure that led here is the one to tell; the next append ends the torn line.
  }
}
