import { setTimeout } from 'node:timers/promises';

/** Waits for work in the background: tries `check` until it no longer throws, for at most five seconds. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  for (let triesLeft = 1_000; ; triesLeft -= 1) {
    try {
      return await check();
    } catch (error) {
      if (triesLeft === 0) throw error;
      await setTimeout(5);
    }
  }
}
