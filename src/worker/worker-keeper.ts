import type { FromWorker, ToWorker, WorkerSetup } from './messages';
import type { WorkerStats } from '../pipeline/record-target';
import { RestartPolicy } from './restart-policy';
import type { WorkerOptions } from './worker-options';
import { WorkerThread } from './worker-thread';

export interface KeeperListener {
  readonly onMessage: (message: FromWorker) => void;
  /** A worker was started, the first or another. */
  readonly onStart: () => void;
  /** It has ended by itself; the keeper's state tells whether there will be another. */
  readonly onCrash: (cause: unknown) => void;
}

/** Sees to it that there is a worker, as long as workers last. */
export class WorkerKeeper {
  state: WorkerStats['state'] = 'running';
  crashes = 0;
  /** The threads of those that have ended by themselves. */
  readonly endedThreads: number[] = [];
  readonly #restarts = new RestartPolicy();
  #thread: WorkerThread | undefined;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly setup: WorkerSetup,
    private readonly options: WorkerOptions,
    private readonly listener: KeeperListener,
  ) {}

  get hasWorker(): boolean {
    return this.#thread !== undefined;
  }

  start(): void {
    const { onMessage, onStart } = this.listener;
    const startedAt = performance.now();
    const onEnd = (cause: unknown): void => this.#ended(cause, performance.now() - startedAt);
    try {
      this.#thread = new WorkerThread({ ...this.setup, endedThreads: this.endedThreads }, this.options, {
        onMessage,
        onEnd,
      });
    } catch (cause) {
      // No thread can be had at the moment.
      return onEnd(cause);
    }
    this.state = 'running';
    onStart();
  }

  /** Only while there is a worker. @throws when the message cannot be cloned */
  post(message: ToWorker): void {
    this.#thread?.post(message);
  }

  async close(): Promise<void> {
    this.state = 'closed';
    clearTimeout(this.#restartTimer);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #ended(cause: unknown, ageMs: number): void {
    if (this.#thread) this.endedThreads.push(this.#thread.id);
    this.#thread = undefined;
    this.crashes++;
    const waitMs = this.#restarts.afterCrash(ageMs);
    this.state = waitMs === undefined ? 'given-up' : 'restarting';
    if (waitMs !== undefined) this.#restartTimer = setTimeout(() => this.start(), waitMs).unref();
    this.listener.onCrash(cause);
  }
}
