import type { Clock } from '../clock';
import { DiskSpool } from './disk-spool';
import { localProcesses, type Processes } from './owners';
import type { RecordSpool } from './record-spool';
import { nodeSpoolFiles, type SpoolFiles } from './spool-files';
import { SpoolFolders } from './spool-folders';
import type { SpoolHooks } from './spool-hooks';
import type { SpoolOptions } from './spool-options';

/** What a spool needs beside its options. */
export interface SpoolContext {
  readonly sinkName: string;
  readonly clock: Clock;
  readonly hooks: SpoolHooks;
  /** @defaultValue the file system of this host */
  readonly files?: SpoolFiles;
  /** @defaultValue the processes of this host */
  readonly processes?: Processes;
  /** Threads of this process whose spools belong to nobody any more. @defaultValue [] */
  readonly endedThreads?: readonly number[] | undefined;
}

/**
 * Opens the spool of one sink, with all that processes which ended have left for it. Never rejects because of the disk:
 * a folder that cannot be made shows with the first record.
 */
export async function openSpool(options: Required<SpoolOptions>, context: SpoolContext): Promise<RecordSpool> {
  const { sinkName, clock, hooks, endedThreads, files = nodeSpoolFiles } = context;
  const { processes = await localProcesses(endedThreads) } = context;
  const folders = new SpoolFolders(options.directory, sinkName, files, processes);
  const spool = new DiskSpool({ options, clock, files, hooks, folders });
  await spool.open();
  return spool;
}
