import { readFileSync } from 'node:fs';

/** What the scheduler of Linux tells of the main thread; nothing elsewhere. */
interface Scheduled {
  readonly ranMs: number;
  /** Ready to run, and no core was free. */
  readonly waitedMs: number;
}

const NANOSECONDS_PER_MS = 1e6;

export function scheduled(): Scheduled | undefined {
  try {
    const [ran, waited] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
    return { ranMs: Number(ran) / NANOSECONDS_PER_MS, waitedMs: Number(waited) / NANOSECONDS_PER_MS };
  } catch {
    return undefined;
  }
}
