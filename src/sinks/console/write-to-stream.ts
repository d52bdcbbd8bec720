import { SinkError } from '../../errors';

/** What a stream is that will never take anything again. */
const CLOSED_FOR_GOOD = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/**
 * Writes and waits until the stream has passed the text on.
 *
 * @throws {@link SinkError} not retryable when the other side has closed the pipe.
 */
export function writeToStream(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failedBefore = 'errored' in stream && stream.errored instanceof Error ? stream.errored : undefined;
    // Such a stream keeps what it is given and never calls back. The standard streams are not like that.
    if (failedBefore) return reject(refusal(failedBefore, true));
    // Without a listener the failure of this write would end the process. It stays no longer than the write, so that the
    // application decides about the failures of its own.
    const expectFailure = (): void => undefined;
    stream.on('error', expectFailure);
    stream.write(text, error => {
      if (!error) {
        stream.off('error', expectFailure);
        resolve();
        return;
      }
      // The stream calls back first and emits 'error' in one of the next ticks.
      setImmediate(() => stream.off('error', expectFailure));
      reject(refusal(error));
    });
  });
}

function refusal(cause: Error & { readonly code?: unknown }, isForGood = false): SinkError {
  const code = typeof cause.code === 'string' ? cause.code : cause.name;
  if (isForGood) {
    return new SinkError(`The stream of the console sink takes nothing any more since it failed (${code}).`, {
      retryable: false,
      cause,
    });
  }
  if (CLOSED_FOR_GOOD.has(code)) {
    return new SinkError(`The stream of the console sink was closed by its reader (${code}).`, {
      retryable: false,
      cause,
    });
  }
  return new SinkError(`The stream of the console sink failed (${code}).`, { retryable: true, cause });
}
