/** Some time at a constant rate. */
export interface Stretch {
  readonly requestsPerSecond: number;
  readonly durationMs: number;
}

/** Requests that have arrived by then, when the stretches follow each other. */
export function dueBy(stretches: readonly Stretch[], elapsedMs: number): number {
  let [due, startMs] = [0, 0];
  for (const { requestsPerSecond, durationMs } of stretches) {
    const spentMs = Math.max(0, Math.min(durationMs, elapsedMs - startMs));
    due += Math.floor((spentMs * requestsPerSecond) / 1_000);
    startMs += durationMs;
  }
  return due;
}
