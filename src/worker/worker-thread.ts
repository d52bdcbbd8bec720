import { Worker } from 'node:worker_threads';
import { type FromWorker, OWN_THREAD, type ToWorker, type WorkerStart } from './messages';
import { workerFile } from './own-thread';
import type { WorkerOptions } from './worker-options';

export interface WorkerListener {
  readonly onMessage: (message: FromWorker) => void;
  /** Told once, when the thread has ended by itself; `cause` is what nobody caught in it. */
  readonly onEnd: (cause: unknown) => void;
}

/** One worker from its start to its end. It does not keep the process alive. */
export class WorkerThread {
  /** As Node.js numbers the threads of a process. */
  readonly id: number;
  readonly #worker: Worker;
  #listener: WorkerListener | undefined;

  constructor(start: WorkerStart, { maxHeapMiB }: WorkerOptions, listener: WorkerListener) {
    this.#listener = listener;
    this.#worker = new Worker(workerFile(), {
      name: 'logged-controllers',
      workerData: { [OWN_THREAD]: start },
      ...(maxHeapMiB !== undefined && { resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB } }),
    });
    this.id = this.#worker.threadId;
    let cause: unknown;
    this.#worker.on('message', (message: FromWorker) => this.#listener?.onMessage(message));
    // What cannot be read on either side would be waited for in vain.
    this.#worker.on('messageerror', error => {
      cause ??= error;
      void this.#worker.terminate();
    });
    this.#worker.on('error', error => (cause ??= error));
    this.#worker.on('exit', code => {
      const ended = this.#listener;
      this.#listener = undefined;
      ended?.onEnd(cause ?? new Error(`process.exit(${code}) was called in it`));
    });
    // Last, because a listener for messages keeps the process alive again.
    this.#worker.unref();
  }

  /** @throws DataCloneError */
  post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Ends it; its listener hears nothing more. */
  async terminate(): Promise<void> {
    this.#listener = undefined;
    await this.#worker.terminate();
  }
}
