import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { access, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { archiveName } from './archive-names';
import { errnoOf } from '../../files/errno';
import type { ResolvedFileSinkOptions } from './file-sink-options';
import { KeptHandle } from './kept-handle';
import { makeDirectory } from '../../files/make-directory';
import { writeAllOrNothing } from './write-all-or-nothing';

const DAY_MS = 86_400_000;
const LINE_FEED = 0x0a;

/**
 * The file that is written to, and its rotation. Calls must follow one another.
 *
 * Its handle is kept from one append to the next: an ordinary append then takes three turns of the event loop (look,
 * write, look again) instead of six, and in an application that is late each turn is a long one. A file that was renamed
 * or a folder that was deleted from outside is not written to in vain, because each append looks first whether the path
 * still leads to the file that is open; a handle that has failed is closed, never brought back to life.
 */
export class RotatingFile {
  readonly path: string;
  readonly #options: ResolvedFileSinkOptions;
  readonly #now: () => number;
  readonly #kept: KeptHandle;
  /** The file as `rotateIfDue` found it, for the append that follows. */
  #seen: Stats | undefined;
  /** Whether the operating system has the lines that are being appended. */
  isHandedOver = false;
  /** The file as our last append left it: its last line is known to be whole. */
  #leftBehind: { readonly ino: number; readonly size: number } | undefined;
  /** Latest day on which the file was written to, in days since 1970; unknown until the first write of this process. */
  #day: number | undefined;
  /** The file that this process has written to last: another one was begun by another process. */
  #ino: number | undefined;

  /** @param closeFailed - Told why a handle could not be closed, which no append depended on. Must not throw. */
  constructor(options: ResolvedFileSinkOptions, now: () => number, closeFailed: (cause: unknown) => void) {
    this.path = join(options.directory, options.fileName);
    this.#options = options;
    this.#now = now;
    this.#kept = new KeptHandle(closeFailed);
  }

  /** Makes sure that the folder and the file are there and can be written to. */
  async prepare(): Promise<void> {
    const file = await this.#open();
    await file.close();
  }

  /**
   * Adds whole lines to the end, all of them or none, and resolves when the operating system has taken every byte. On a
   * rejection the lines may be given again.
   */
  async append(lines: Buffer): Promise<void> {
    while (!(await this.#appendToLasting(lines)));
  }

  /** Comes after the last append; a later one would open the file again. */
  close(): Promise<void> {
    return this.#kept.close();
  }

  /** @returns false when the file was deleted meanwhile, and the lines with it. */
  async #appendToLasting(lines: Buffer): Promise<boolean> {
    const current = this.#seen ?? (await this.#currentFile());
    this.#seen = undefined;
    const kept = await this.#kept.take(current);
    const file = kept ?? (await this.#open());
    try {
      const before = (kept && current) ?? (await file.stat());
      await this.#write(file, before, lines);
      const isDeleted = before.isFile() && (await this.#isDeleted(file));
      await this.#kept.putBack(file, before);
      return !isDeleted;
    } catch (cause) {
      // The failure that led here is the one to tell.
      await file.close().catch(() => undefined);
      throw cause;
    } finally {
      this.isHandedOver = false;
    }
  }

  async #write(file: FileHandle, before: Stats, lines: Buffer): Promise<void> {
    const written = (await this.#endsInTornLine(file, before)) ? Buffer.concat([Buffer.from('\n'), lines]) : lines;
    this.#leftBehind = undefined;
    this.isHandedOver = true;
    await writeAllOrNothing(file, written, before);
    if (!before.isFile()) return;
    this.#leftBehind = { ino: before.ino, size: before.size + written.length };
    this.#ino = before.ino;
  }

  /** Another process may have rotated the file and compressed it while this one was writing to it. */
  async #isDeleted(file: FileHandle): Promise<boolean> {
    const { nlink, ino } = await file.stat();
    // Some file systems count no links at all.
    return nlink === 0 && (await this.#currentFile())?.ino !== ino;
  }

  /** Adds whole lines to the end before it returns; never rotates. */
  appendSync(lines: Buffer): void {
    const { directory, directoryMode, fileMode } = this.#options;
    // Not with its parents: that can hang, see `makeDirectory`, and the folder was there when the sink was opened.
    if (!existsSync(directory)) mkdirSync(directory, { mode: directoryMode });
    const file = openSync(this.path, 'a+', fileMode);
    try {
      const { size } = fstatSync(file);
      const lastByte = Buffer.alloc(1, LINE_FEED);
      if (size > 0) readSync(file, lastByte, 0, 1, size - 1);
      const written = lastByte[0] === LINE_FEED ? lines : Buffer.concat([Buffer.from('\n'), lines]);
      for (let done = 0; done < written.length;) done += writeSync(file, written, done);
    } finally {
      closeSync(file);
    }
  }

  /**
   * Renames the file when the day is over or when `nextBytes` would make it too large, so that the next append begins a
   * new one.
   *
   * @returns whether there is a new archive.
   */
  async rotateIfDue(nextBytes: number): Promise<boolean> {
    const today = Math.floor(this.#now() / DAY_MS);
    const current = await this.#currentFile();
    this.#seen = current;
    if (!current) {
      this.#day = today;
      return false;
    }
    const { maxFileBytes, rotateDaily } = this.#options;
    const isOurs = this.#ino === undefined || this.#ino === current.ino;
    const lastDay = (isOurs ? this.#day : undefined) ?? Math.floor(current.mtimeMs / DAY_MS);
    const isFull = current.size + nextBytes > maxFileBytes;
    const isDue = current.size > 0 && (isFull || (rotateDaily && today > lastDay));
    const isRotated = isDue && (await this.#archive(current.ino));
    // A clock that is set back must not rotate a second time when it reaches midnight again. One that had been days
    // ahead must not stop the daily rotation until the time it showed.
    this.#day = today > lastDay || today < lastDay - 1 ? today : lastDay;
    return isRotated;
  }

  async #currentFile(): Promise<Stats | undefined> {
    try {
      const stats = await stat(this.path);
      // A link to a device or a pipe has no size, and no name of its own to change.
      return stats.isFile() ? stats : undefined;
    } catch {
      // Either it does not exist yet, or the append that follows fails for the same reason and tells it.
      return undefined;
    }
  }

  async #archive(ino: number): Promise<boolean> {
    this.#seen = undefined;
    await this.#kept.close();
    try {
      await this.#endTornLine();
    } catch (cause) {
      // Another process was faster.
      if (errnoOf(cause) === 'ENOENT') return false;
      throw cause;
    }
    const archivePath = await this.#reserveArchive();
    try {
      // Another process was faster, and what stands there now is not due.
      if ((await this.#currentFile())?.ino !== ino) {
        await rm(archivePath, { force: true });
        return false;
      }
      await rename(this.path, archivePath);
      return true;
    } catch (cause) {
      await rm(archivePath, { force: true });
      // Another process was faster.
      if (errnoOf(cause) === 'ENOENT') return false;
      throw cause;
    }
  }

  /** `rename` replaces what is there: an empty file of our own, made exclusively, and never another archive. */
  async #reserveArchive(): Promise<string> {
    const { directory, fileName, fileMode } = this.#options;
    for (let rotatedAt = this.#now(); ; rotatedAt += 1) {
      const path = join(directory, archiveName(fileName, rotatedAt));
      if (await exists(`${path}.gz`)) continue;
      try {
        const reserved = await open(path, 'wx', fileMode);
        await reserved.close();
        return path;
      } catch (cause) {
        if (errnoOf(cause) !== 'EEXIST') throw cause;
      }
    }
  }

  async #open(): Promise<FileHandle> {
    const { directory, directoryMode, fileMode } = this.#options;
    // 'a' is O_APPEND: writes of several processes follow one another, each in one piece. '+' is for the torn line.
    try {
      return await open(this.path, 'a+', fileMode);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
      await makeDirectory(directory, directoryMode);
      return open(this.path, 'a+', fileMode);
    }
  }

  /** Or `zcat` of several archives would put the next record behind it. */
  async #endTornLine(): Promise<void> {
    // Never made anew here: another process that is about to rename the file would rename an empty one.
    const file = await open(this.path, constants.O_RDWR | constants.O_APPEND);
    try {
      if (await this.#endsInTornLine(file, await file.stat())) await file.write('\n');
    } finally {
      await file.close();
    }
  }

  /** Whether the last writer was stopped within a line, by a crash or by a full disk. */
  async #endsInTornLine(file: FileHandle, now: Stats): Promise<boolean> {
    if (!now.isFile() || now.size === 0) return false;
    if (this.#leftBehind?.ino === now.ino && this.#leftBehind.size === now.size) return false;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, now.size - 1);
    return buffer[0] !== LINE_FEED;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
