import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { type Adoption, adoptOrphans, freedName, newFolderName, type Processes } from './owners';
import type { SpoolFiles } from './spool-files';

/** The folders of one spool: its own, and those that it took over. */
export class SpoolFolders {
  /** Made when there is something to write. */
  readonly own: string;
  readonly #sinkDirectory: string;
  readonly #adopted = new Set<string>();

  constructor(
    directory: string,
    sinkName: string,
    private readonly files: SpoolFiles,
    private readonly processes: Processes,
  ) {
    this.#sinkDirectory = join(resolve(directory), folderOfSink(sinkName));
    this.own = join(this.#sinkDirectory, newFolderName(processes.self));
  }

  /** Takes over what belongs to nobody alive. Never rejects. */
  async adopt(now: Date): Promise<Adoption> {
    const adoption = await adoptOrphans(this.#sinkDirectory, this.files, this.processes, now);
    for (const folder of adoption.adopted) this.#adopted.add(folder);
    return adoption;
  }

  /** Shows other hosts that this process is alive. */
  async touch(now: Date): Promise<void> {
    // The own folder may not exist yet, or not any more.
    for (const folder of [this.own, ...this.#adopted]) await this.files.touch(folder, now).catch(() => undefined);
  }

  /** Deletes a folder that is empty; one that is not stays. */
  async leave(folder: string): Promise<void> {
    if (folder === this.own) return;
    await this.files.removeDirectory(folder).then(
      () => this.#adopted.delete(folder),
      () => undefined,
    );
  }

  /** Leaves what is not empty to the next process, or to this one's next spool. */
  async release(): Promise<void> {
    for (const folder of [this.own, ...this.#adopted]) {
      const freed = join(dirname(folder), freedName(basename(folder)));
      await this.files.removeDirectory(folder).catch(() => this.files.rename(folder, freed).catch(() => undefined));
    }
    await this.files.syncDirectory(this.#sinkDirectory).catch(() => undefined);
  }
}

/** Readable, and different for different sinks also where file names know no case. */
function folderOfSink(name: string): string {
  const readable = name.replaceAll(/[^\w-]+/g, '_').slice(0, 60);
  return `${readable}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
