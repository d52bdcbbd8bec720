import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
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
      if (archive.hasPlain && !old.has(archive)) await failures.noteFrom(() => this.#compress(archive));
    }
  }

  #oldOnes(archives: readonly Archive[]): ReadonlySet<Archive> {
    const { maxFiles, maxAgeDays } = this.#options;
    const oldestKept = this.#now() - maxAgeDays * DAY_MS;
    const surplus = archives.length - maxFiles;
    return new Set(archives.filter(({ rotatedAt }, place) => place < surplus || rotatedAt < oldestKept));
  }

  async #delete({ fileName }: Archive): Promise<void> {
    const path = join(this.#options.directory, fileName);
    for (const suffix of ['', '.gz', UNFINISHED]) await rm(`${path}${suffix}`, { force: true });
  }

  async #compress(archive: Archive): Promise<void> {
    const source = join(this.#options.directory, archive.fileName);
    const compressed = `${source}.gz`;
    // Both exist only after a crash between the two last steps below.
    if (archive.hasCompressed) return rm(source, { force: true });

    const before = await stat(source);
    // Another process has reserved the name and is about to rename its file to it.
    if (before.size === 0) return;
    const unfinished = `${source}${UNFINISHED}`;
    if (!(await this.#gzip(source, unfinished))) return;

    const after = await stat(source);
    // A process that had the file open when it was renamed may have added a batch behind the end that gzip read.
    if (after.size !== before.size) return rm(unfinished);
    await rename(unfinished, compressed);
    await rm(source);
  }

  /** @returns false when another process is at it. */
  async #gzip(source: string, unfinished: string): Promise<boolean> {
    try {
      const { mtimeMs } = await stat(unfinished);
      if (Date.now() - mtimeMs < ABANDONED_AFTER_MS) return false;
      await rm(unfinished);
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw cause;
    }
    // `flush`: on disk before its source is deleted.
    const target = createWriteStream(unfinished, { flags: 'wx', mode: this.#options.fileMode, flush: true });
    try {
      await pipeline(createReadStream(source), createGzip(), target);
      return true;
    } catch (cause) {
      if (errnoOf(cause) === 'EEXIST') return false;
      await rm(unfinished, { force: true });
      throw cause;
    }
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
