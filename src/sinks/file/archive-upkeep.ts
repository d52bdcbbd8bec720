import { appendFile, type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { findArchives, type Archive } from './archive-names';
import { errnoOf } from '../../files/errno';
import type { ResolvedFileSinkOptions } from './file-sink-options';

const DAY_MS = 86_400_000;
const UNFINISHED = '.gz.part';
/** An unfinished file that was not touched for so long was left by a crash. */
const ABANDONED_AFTER_MS = 600_000;
/** After so long no process that had the file open when it was renamed is still about to add a batch. */
const SETTLED_AFTER_MS = 60_000;
/** More than any stream takes at once, so that each chunk is waited for before the next one is read. */
const CHUNK_BYTES = 262_144;

/** Deletes and compresses archives in the background, one run at a time. */
export class ArchiveUpkeep {
  readonly #options: ResolvedFileSinkOptions;
  readonly #now: () => number;
  readonly #settled: (failure: unknown) => void;
  #running: Promise<void> | undefined;
  #isWantedAgain = false;
  #isStopping = false;

  /** @param settled - Told after each run: what failed, or `undefined`. Must not throw. */
  constructor(options: ResolvedFileSinkOptions, now: () => number, settled: (failure: unknown) => void) {
    this.#options = options;
    this.#now = now;
    this.#settled = settled;
  }

  /** Starts a run; during a run, asks for another one after it. */
  start(): void {
    if (this.#isStopping) return;
    this.#isWantedAgain = true;
    this.#running ??= this.#run();
  }

  /** Waits for the archive at hand; the others are left to the next process, so that closing takes no longer than that. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isWantedAgain && !this.#isStopping) {
      this.#isWantedAgain = false;
      const failures = new FirstFailure();
      await failures.noteFrom(() => this.#keepUp(failures));
      this.#settled(failures.first);
    }
    this.#running = undefined;
  }

  async #keepUp(failures: FirstFailure): Promise<void> {
    const { directory, fileName, compress } = this.#options;
    const archives = findArchives(fileName, await readdir(directory));
    const old = this.#oldOnes(archives);
    for (const archive of old) await failures.noteFrom(() => this.#delete(archive));
    if (!compress) return;
    for (const archive of archives) {
      if (this.#isStopping) return;
      if (archive.hasPlain && !old.has(archive) && this.#isSettled(archive))
        await failures.noteFrom(() => this.#compress(archive));
    }
  }

  #oldOnes(archives: readonly Archive[]): ReadonlySet<Archive> {
    const { maxFiles, maxAgeDays } = this.#options;
    const oldestKept = this.#now() - maxAgeDays * DAY_MS;
    const surplus = archives.length - maxFiles;
    return new Set(archives.filter(({ rotatedAt }, place) => place < surplus || rotatedAt < oldestKept));
  }

  // One with a time to come is none that a clock which was set back should hold up.
  #isSettled({ rotatedAt }: Archive): boolean {
    return Math.abs(this.#now() - rotatedAt) >= SETTLED_AFTER_MS;
  }

  async #delete({ fileName }: Archive): Promise<void> {
    const path = join(this.#options.directory, fileName);
    for (const suffix of ['', '.gz', UNFINISHED]) await rm(`${path}${suffix}`, { force: true });
  }

  async #compress(archive: Archive): Promise<void> {
    const source = join(this.#options.directory, archive.fileName);
    // Both exist only after a crash between the two last steps below.
    if (archive.hasCompressed) return rm(source, { force: true });

    const file = await open(source, 'r');
    try {
      const { size } = await file.stat();
      // Another process has reserved the name and is about to rename its file to it.
      if (size > 0) await this.#replace(source, file, size);
    } finally {
      await file.close();
    }
  }

  /** Puts the compressed file in the place of its source. */
  async #replace(source: string, file: FileHandle, size: number): Promise<void> {
    const unfinished = `${source}${UNFINISHED}`;
    if (!(await this.#gzip(file, size, unfinished))) return;
    try {
      // A process that had the file open when it was renamed may have added a batch behind the end that gzip read.
      // Without a source it was compressed by another process.
      const { size: sizeNow } = await stat(source);
      if (sizeNow !== size) return await rm(unfinished);
      await rename(unfinished, `${source}.gz`);
    } catch (cause) {
      await rm(unfinished, { force: true });
      throw cause;
    }
    await rm(source, { force: true });
    await this.#rescueTail(file, size);
  }

  /** Such a process may even have been quicker than the deletion. If it comes later, it sees the deletion itself. */
  async #rescueTail(file: FileHandle, size: number): Promise<void> {
    const { size: sizeNow } = await file.stat();
    if (sizeNow <= size) return;
    const { directory, fileName, fileMode } = this.#options;
    const { buffer } = await file.read(Buffer.alloc(sizeNow - size), 0, sizeNow - size, size);
    await appendFile(join(directory, fileName), buffer, { mode: fileMode });
  }

  /** @returns false when another process is at it. */
  async #gzip(file: FileHandle, size: number, unfinished: string): Promise<boolean> {
    await this.#deleteAbandoned(unfinished);
    let target: FileHandle;
    try {
      target = await open(unfinished, 'wx', this.#options.fileMode);
    } catch (cause) {
      if (errnoOf(cause) === 'EEXIST') return false;
      throw cause;
    }
    try {
      // `flush`: on disk before its source is deleted.
      await pipeline(chunksOf(file, size), createGzip(), target.createWriteStream({ flush: true }));
      return true;
    } catch (cause) {
      await rm(unfinished, { force: true });
      throw cause;
    }
  }

  async #deleteAbandoned(unfinished: string): Promise<void> {
    try {
      const { mtimeMs } = await stat(unfinished);
      if (Date.now() - mtimeMs >= ABANDONED_AFTER_MS) await rm(unfinished);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
    }
  }
}

/**
 * All chunks share one buffer: the thousand buffers that a stream of its own takes for an archive of 64 MiB stay with the
 * process (30 MB under a steady load, measured).
 */
async function* chunksOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  const shared = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size));
  for (let position = 0; position < size;) {
    const { bytesRead } = await file.read(shared, 0, Math.min(shared.length, size - position), position);
    if (bytesRead === 0) return;
    // A short chunk may be one that a stream takes beside the next one.
    yield bytesRead === CHUNK_BYTES ? shared : Buffer.from(shared.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** Lets one archive fail without holding up the others. What is gone was done by another process, or by the user. */
class FirstFailure {
  first: unknown;

  async noteFrom(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') this.first ??= cause;
    }
  }
}
