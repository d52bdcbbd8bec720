import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

const IDLE_MS = 5_000;

/**
 * The handle of a file from one append to the next. An append takes it out and puts it back, so nobody else can close it
 * meanwhile, and one that failed is simply not put back.
 *
 * It is closed when no append came for five seconds: a handle holds the disk space of a file that was deleted, keeps its
 * volume from being unmounted, and would be complained about by Node if its owner were forgotten without being closed.
 */
export class KeptHandle {
  readonly #closeFailed: (cause: unknown) => void;
  #kept: { readonly handle: FileHandle; readonly stats: Stats } | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param closeFailed - Told why a handle could not be closed. Must not throw. */
  constructor(closeFailed: (cause: unknown) => void) {
    this.#closeFailed = closeFailed;
  }

  /** @returns the handle if it is one of the file `current`. Another one is closed. */
  async take(current: Stats | undefined): Promise<FileHandle | undefined> {
    clearTimeout(this.#idleTimer);
    const kept = this.#kept;
    this.#kept = undefined;
    // As long as the handle is open, no other file can get these numbers.
    if (!kept || (kept.stats.ino === current?.ino && kept.stats.dev === current.dev)) return kept?.handle;
    // What was written through it was acknowledged: no batch is left to be refused.
    await kept.handle.close().catch(this.#closeFailed);
    return undefined;
  }

  /** Keeps the handle, or closes it where it is not safe to keep one. */
  async putBack(handle: FileHandle, stats: Stats): Promise<void> {
    // Windows does not rename a file that another process has open, and its inode numbers are rounded by Node: two files
    // can have the same (nodejs/node#12115). Devices and pipes are not looked at before an append.
    if (process.platform === 'win32' || !stats.isFile()) return handle.close();
    this.#kept = { handle, stats };
    this.#idleTimer = setTimeout(() => void this.close(), IDLE_MS).unref();
  }

  async close(): Promise<void> {
    await this.take(undefined);
  }
}
