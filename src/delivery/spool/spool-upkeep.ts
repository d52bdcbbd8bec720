import { fileFailureReason } from '../../files/errno';
import type { Clock } from '../clock';
import { findSegments } from './find-segments';
import type { Segment } from './segment';
import type { SpoolFiles } from './spool-files';
import type { SpoolFolders } from './spool-folders';
import type { SpoolHooks } from './spool-hooks';

/** A third of the time after which a process that shows no sign of life counts as dead. */
const UPKEEP_MS = 10_000;

interface UpkeepContext {
  readonly clock: Clock;
  readonly files: SpoolFiles;
  readonly folders: SpoolFolders;
  readonly hooks: SpoolHooks;
  readonly nextId: () => number;
  /** Takes what was found. */
  readonly adopt: (segments: readonly Segment[]) => void;
}

/** Takes over what processes that ended have left, at first and from time to time, and shows that this one is alive. */
export class SpoolUpkeep {
  #running: Promise<void> = Promise.resolve();
  #cancelTimer = (): void => {};
  #isStopped = false;
  #lastFailure = '';

  constructor(private readonly context: UpkeepContext) {}

  start(): Promise<void> {
    this.#running = this.#run();
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, folders } = this.context;
    await folders.touch(clock.date());
    const { adopted, failure } = await folders.adopt(clock.date());
    this.#tell(failure);
    for (const folder of adopted) await this.#adopt(folder);
    if (!this.#isStopped) this.#cancelTimer = clock.setTimer(() => void this.start(), UPKEEP_MS);
  }

  async #adopt(folder: string): Promise<void> {
    const { files, folders, hooks, nextId, adopt } = this.context;
    try {
      const { segments, damage } = await findSegments(folder, files, nextId);
      for (const found of damage) hooks.onDamage(found);
      if (segments.length > 0) adopt(segments);
      else await folders.leave(folder);
    } catch (cause) {
      this.#tell(cause);
    }
  }

  /** Once, and again when it changes: this runs every few seconds. */
  #tell(failure: unknown): void {
    const reason = failure === undefined ? '' : fileFailureReason(failure);
    if (reason !== '' && reason !== this.#lastFailure) {
      const message = `records of earlier processes cannot be taken over: ${reason}`;
      this.context.hooks.onDamage({ records: 0, reason: message });
    }
    this.#lastFailure = reason;
  }
}
