import { SinkError } from '../errors';
import { untilAborted } from '../until-aborted';

/**
 * Runs one write after the other, even when a caller has stopped waiting. A write that outlives its deadline cannot be
 * called back from the operating system: the retry of its batch has to wait for it, or the two would interleave.
 */
export class SerialWrites {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Starts `write` when all earlier ones have settled.
   *
   * @throws {@link SinkError} as soon as `signal` aborts. A write that had not been started then is not made.
   */
  run<T>(write: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const running = this.#last.then(() => {
      if (signal?.aborted) throw outOfTime();
      return write();
    });
    this.#last = running.catch(() => undefined);
    return signal ? untilAborted(running, signal, outOfTime) : running;
  }

  /** Resolves when everything that was started has settled. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

function outOfTime(): SinkError {
  return new SinkError('The write did not end before its deadline.', { retryable: true });
}
