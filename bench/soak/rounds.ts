import { POST_ORDER } from '../apps/workloads';
import type { Holdings } from '../servers/server-process';
import type { ServerUnderTest } from '../servers/server-under-test';

/** What is held when all records of a stretch of load were delivered. */
export interface Round extends Holdings {
  /** Seconds since the load began. */
  readonly second: number;
  /** Of the process, before garbage was collected. */
  readonly residentBytes: number;
  /** Of these what the engine has taken for its heap. */
  readonly heapBytes: number;
}

export interface Rounds {
  readonly rounds: readonly Round[];
  /** Requests that failed. */
  readonly failed: number;
}

export interface SoakLoad {
  readonly minutes: number;
  /** Requests a second. */
  readonly rate: number;
  /** Of load between two looks. */
  readonly seconds: number;
}

/**
 * Constant load, with a look at what is held between two stretches of it.
 * @param meanwhile runs beside each stretch
 */
export async function soak(
  server: ServerUnderTest,
  { minutes, rate, seconds }: SoakLoad,
  meanwhile: (durationMs: number) => Promise<void>,
): Promise<Rounds> {
  const rounds: Round[] = [];
  let failed = 0;
  const durationMs = seconds * 1_000;
  const start = performance.now();
  const elapsedS = (): number => (performance.now() - start) / 1_000;
  while (elapsedS() < minutes * 60) {
    const [load] = await Promise.all([
      server.receive(POST_ORDER.next, { stretches: [{ requestsPerSecond: rate, durationMs }], onAnswer: () => {} }),
      meanwhile(durationMs),
    ]);
    failed += load.failed;
    await server.flush();
    const second = elapsedS();
    const { residentBytes, heapBytes } = await server.health();
    rounds.push({ second, residentBytes, heapBytes, ...(await server.holdings()) });
  }
  return { rounds, failed };
}
