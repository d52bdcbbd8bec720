import { orderInRound } from '../support/statistics';
import type { Contender } from './contenders';

export interface Sample {
  readonly name: string;
  readonly round: number;
  readonly micros: number;
}

const WARM_UP_ROUNDS = 10;
const BATCH_MS = 4;

/** Keeps the engine from leaving out work whose result nobody looks at. */
let last: unknown;

function measure({ input, run }: Contender, body: string, runs: number): number {
  const inputs = Array.from({ length: runs }, () => input(body));
  const start = performance.now();
  for (const each of inputs) last = run(each);
  return ((performance.now() - start) * 1_000) / runs;
}

/** All contenders in each round, there and back again, after a warm-up. */
export function sampleAll(all: readonly Contender[], body: string, rounds: number): Sample[] {
  const samples: Sample[] = [];
  const runs = new Map(all.map(each => [each, Math.max(1, Math.round((BATCH_MS * 1_000) / measure(each, body, 200)))]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const contender of orderInRound(all, Math.abs(round))) {
      const micros = measure(contender, body, runs.get(contender)!);
      if (round >= 0) samples.push({ name: contender.name, round, micros });
    }
  }
  if (last === undefined) throw new Error('Nothing was measured.');
  return samples;
}
