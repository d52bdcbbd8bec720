import { createHash, randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { errnoOf } from '../../files/errno';
import type { SpoolFiles } from './spool-files';

/** Says which thread of which process a folder belongs to, also when its number was given to another process since. */
export interface Owner {
  /** Stands for the host as its processes see it: for one boot and one space of process numbers. */
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
  /** As Node.js numbers them, 0 for the main thread. No number comes twice in a process. */
  readonly thread: number;
}

/** The processes that share a spool directory. */
export interface Processes {
  readonly self: Owner;
  /** `undefined` when it cannot be told from here. */
  isRunning(owner: Owner): Promise<boolean | undefined>;
}

/** A living process touches its folders far more often. Only asked where a process cannot be looked up. */
const SILENT_AFTER_MS = 30_000;
const FREE = 'free';

// The owner stands in the name of the folder: taking one over is a rename, and of several takers one succeeds.

export function newFolderName(self: Owner): string {
  return ownedName(randomBytes(6).toString('hex'), self);
}

export function freedName(folder: string): string {
  return `${folder.split('.', 1)[0]}.${FREE}`;
}

function ownedName(id: string, { host, pid, startedAt, thread }: Owner): string {
  return `${id}.${host}.${pid}.${startedAt}.${thread}`;
}

function parseName(folder: string): { readonly id: string; readonly owner: Owner | undefined } | undefined {
  const [, id, rest = ''] = /^([0-9a-f]{12})\.(.+)$/.exec(folder) ?? [];
  if (id === undefined) return undefined;
  if (rest === FREE) return { id, owner: undefined };
  const [, host, pid, startedAt = '', thread] = /^(\w+)\.(\d+)\.(\d+)\.(\d+)$/.exec(rest) ?? [];
  return host ? { id, owner: { host, pid: Number(pid), startedAt, thread: Number(thread) } } : undefined;
}

export interface Adoption {
  /** Paths of the folders that now belong to this process. */
  readonly adopted: readonly string[];
  /** What kept it from looking, or from taking one of them; `undefined` when nothing did. */
  readonly failure: unknown;
}

/** Takes over the folders in `directory` that belong to nobody alive. Never rejects. */
export async function adoptOrphans(
  directory: string,
  files: SpoolFiles,
  { self, isRunning }: Processes,
  now: Date,
): Promise<Adoption> {
  const adopted: string[] = [];
  let failure: unknown;
  for (const folder of await files.list(directory).catch(noteFailure)) {
    const path = join(directory, folder);
    const named = parseName(folder);
    if (!named || (named.owner && (await isAlive(path, named.owner)))) continue;
    const mine = join(directory, ownedName(named.id, self));
    try {
      await files.rename(path, mine);
      adopted.push(mine);
      await files.touch(mine, now);
    } catch (cause) {
      // Gone: another process was faster.
      if (errnoOf(cause) !== 'ENOENT') noteFailure(cause);
    }
  }
  if (adopted.length > 0) await files.syncDirectory(directory).catch(noteFailure);
  return { adopted, failure };

  function noteFailure(cause: unknown): readonly string[] {
    failure ??= cause;
    return [];
  }

  async function isAlive(path: string, owner: Owner): Promise<boolean> {
    const isKnown = await isRunning(owner);
    if (isKnown !== undefined) return isKnown;
    const touchedAt = await files.touchedAt(path).catch(() => undefined);
    return touchedAt === undefined || now.getTime() - touchedAt.getTime() < SILENT_AFTER_MS;
  }
}

/**
 * The processes of this host.
 *
 * @param endedThreads - Threads of this process that own nothing any more, because they have ended.
 */
export async function localProcesses(endedThreads: readonly number[] = []): Promise<Processes> {
  const host = createHash('sha256');
  host.update(hostname());
  // Containers may share a name and a volume, and still number their processes each from 1.
  host.update(await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''));
  host.update(await readlink('/proc/self/ns/pid').catch(() => ''));
  const startedAt = (await startOf(process.pid)) ?? String(Math.floor(performance.timeOrigin));
  const self = { host: host.digest('hex').slice(0, 8), pid: process.pid, startedAt, thread: threadId };
  return { self, isRunning: owner => isRunningHere(owner, self, endedThreads) };
}

async function isRunningHere(owner: Owner, self: Owner, endedThreads: readonly number[]): Promise<boolean | undefined> {
  if (owner.host !== self.host) return undefined;
  if (owner.pid === self.pid) return owner.startedAt === self.startedAt && !endedThreads.includes(owner.thread);
  if (!exists(owner.pid)) return false;
  const startedAt = await startOf(owner.pid);
  // Without /proc a process of that number may be another one; then it does not touch the folder.
  return startedAt === undefined ? undefined : startedAt === owner.startedAt;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return errnoOf(cause) !== 'ESRCH';
  }
}

/** When a process started, in the kernel's own count; `undefined` where there is no /proc. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name of the program in brackets, and may hold spaces and brackets. This is the 22nd.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
