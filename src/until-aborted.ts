/**
 * Waits for `work` no longer than until `signal` aborts; then it rejects with `makeError()`. The work itself goes on: neither
 * a file nor the driver can be told to stop, and its late end is ignored.
 */
export function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal, makeError: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(makeError());
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const stopListening = (): void => signal.removeEventListener('abort', onAbort);
    work.then(resolve, reject).finally(stopListening);
  });
}
