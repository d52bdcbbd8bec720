import { writeSync } from 'node:fs';
import { errnoOf } from '../../files/errno';

const STANDARD_OUTPUT = 1;
const PAUSE_MS = 1;
/** As long as the main thread waits for this one. */
const PATIENCE_MS = 1_000;

/**
 * Writes before it returns, to what the process has as its standard output.
 *
 * @throws Error with `code` `EAGAIN` when the reader of a pipe takes nothing for a second, or what else the system says.
 */
export function writeStandardOutputSync(text: string): void {
  const bytes = Buffer.from(text);
  const pause = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let isLateAt = performance.now() + PATIENCE_MS;
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(STANDARD_OUTPUT, bytes, done);
      isLateAt = performance.now() + PATIENCE_MS;
    } catch (cause) {
      if (errnoOf(cause) !== 'EAGAIN' || performance.now() > isLateAt) throw cause;
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}
