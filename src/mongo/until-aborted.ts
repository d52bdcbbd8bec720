/** The signal aborted before the work was done. */
export class AbortedError extends Error {
  override readonly name = 'AbortedError';
}

/**
 * Waits for `work` no longer than until `signal` aborts. The work itself goes on: the driver's writes and connects take
 * no signal, and a late success does no harm to records that are told apart by `_id`.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new AbortedError('aborted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const settle =
      <Value>(then: (value: Value) => void) =>
      (value: Value): void => {
        signal.removeEventListener('abort', abort);
        then(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}
