import { setTimeout } from 'node:timers/promises';

/** Visits the seconds from now on at their beginnings, and returns when the last one is over. */
export async function eachSecond(seconds: number, visit: (second: number) => Promise<void>): Promise<void> {
  const start = performance.now();
  for (let second = 0; second < seconds; second++) {
    await visit(second);
    await setTimeout(Math.max(0, start + (second + 1) * 1_000 - performance.now()));
  }
}
