import { setTimeout } from 'node:timers/promises';
import type { ScriptedMongo } from '../servers/mongo-under-test';

const LONGEST_CALM_MS = 12_000;
const LONGEST_FAULT_MS = 6_000;

/** Counts of what was done to the server of the sink. */
export interface FaultCounts {
  stops: number;
  freezes: number;
}

/**
 * Does harm to the server of the sink at random until the time is up, and leaves it healthy.
 * @param random from 0 to 1
 */
export async function doHarm(
  { child }: ScriptedMongo,
  durationMs: number,
  random: () => number,
  counts: FaultCounts,
): Promise<void> {
  const end = performance.now() + durationMs;
  const wait = (longestMs: number): Promise<void> =>
    setTimeout(Math.max(0, Math.min(random() * longestMs, end - performance.now())));
  while (performance.now() < end) {
    await wait(LONGEST_CALM_MS);
    if (performance.now() >= end) return;
    if (random() < 0.5) {
      counts.stops += 1;
      await child.ask('stop');
      await wait(LONGEST_FAULT_MS);
      await child.ask('restart');
    } else {
      counts.freezes += 1;
      child.freeze();
      await wait(LONGEST_FAULT_MS);
      child.thaw();
    }
  }
}
