import type { Workload } from '../apps/workloads';
import type { Measurement } from '../report/measurement';
import type { Target } from '../report/report';
import { ServerUnderTest } from '../servers/server-under-test';
import type { ServerSettings } from '../servers/server-process';
import { BASELINE } from '../variants/variants';
import { orderInRound } from './statistics';

// Until then the compiler of the engine is at work, the longer the more code there is, and is paid for by the first rounds:
// seen by its own account (--trace-opt) in servers that log.
const WARM_UP_ROUNDS = { bare: 4, logging: 5 };
const WARM_UP_REQUESTS = 500;

type Use<Result> = (servers: readonly ServerUnderTest[]) => Promise<Result>;

/** Starts the servers, lets them be measured, and ends them whatever happens. */
export async function withServers<Result>(settings: readonly ServerSettings[], use: Use<Result>): Promise<Result> {
  return withStarted(settings, async each => [await ServerUnderTest.start(each)], use);
}

/** The same with the bare application beside each variant, in its process. */
export async function withServersBeside<Result>(
  settings: readonly ServerSettings[],
  use: Use<Result>,
): Promise<Result> {
  return withStarted(settings, each => ServerUnderTest.startBeside(each), use);
}

async function withStarted<Result>(
  settings: readonly ServerSettings[],
  start: (each: ServerSettings) => Promise<readonly ServerUnderTest[]>,
  use: Use<Result>,
): Promise<Result> {
  const servers: ServerUnderTest[] = [];
  try {
    for (const each of settings) servers.push(...(await start(each)));
    return await use(servers);
  } finally {
    for (const server of servers) await server.close();
  }
}

export async function warmUp(servers: readonly ServerUnderTest[], workloads: readonly Workload[]): Promise<void> {
  for (const server of servers) {
    const rounds = server.name === BASELINE ? WARM_UP_ROUNDS.bare : WARM_UP_ROUNDS.logging;
    for (let round = -rounds; round < 0; round++) {
      for (const workload of workloads) await server.measure(workload, WARM_UP_REQUESTS, round);
    }
  }
}

/** Visits all servers in each round, with each workload. */
export async function inRounds<Result>(
  servers: readonly ServerUnderTest[],
  workloads: readonly Workload[],
  rounds: number,
  measure: (server: ServerUnderTest, workload: Workload, round: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const workload of workloads) {
      for (const server of orderInRound(servers, round)) results.push(await measure(server, workload, round));
    }
  }
  return results;
}

export interface CostPlan {
  readonly sittings: number;
  /** In each sitting. */
  readonly rounds: number;
  /** To one server in one round and workload. */
  readonly requests: number;
}

export const COST_FLAGS = {
  sittings: { default: 4, min: 1, max: 100, meaning: 'times that all servers are started, warmed up and measured' },
  rounds: { default: 3, min: 1, max: 1_000, meaning: 'measured rounds of cost in each sitting' },
  requests: { default: 1_000, min: 50, max: 100_000, meaning: 'requests to one server in one round and workload' },
} as const;

export function describePlan({ sittings, rounds, requests }: CostPlan): string {
  return `${sittings} sittings with processes of their own, each of ${rounds} rounds of ${requests} requests`;
}

/**
 * What the workloads cost with each of the variants, beside the bare application in the same process: of two processes that
 * run the same code one can take a third more than the other for as long as it lives. For the same reason in several
 * sittings.
 */
export async function measureCosts(
  settings: readonly ServerSettings[],
  workloads: readonly Workload[],
  { sittings, rounds, requests }: CostPlan,
): Promise<{ readonly measurements: readonly Measurement[]; readonly records: Target }> {
  const variants = settings.filter(({ variant }) => variant !== BASELINE);
  const measurements: Measurement[] = [];
  let measured: readonly ServerUnderTest[] = [];
  for (let sitting = 0; sitting < sittings; sitting++) {
    await withServersBeside(variants, async servers => {
      measured = servers;
      await warmUp(servers, workloads);
      const inSitting = await inRounds(servers, workloads, rounds, (server, workload, round) =>
        server.measure(workload, requests, sitting * rounds + round),
      );
      measurements.push(...inSitting);
    });
  }
  return { measurements, records: recordTarget(measured, measurements) };
}

/** A cost without the records it should have paid for is no result. */
export function recordTarget(servers: readonly ServerUnderTest[], measurements: readonly Measurement[]): Target {
  const wrong = servers.flatMap(({ name, isRecording }) => {
    const own = measurements.filter(({ variant }) => variant === name);
    const requests = own.reduce((sum, each) => sum + each.requests, 0);
    const records = own.reduce((sum, each) => sum + each.records, 0);
    const surplus = records - (isRecording ? requests : 0);
    return surplus === 0 ? [] : [{ name, surplus }];
  });
  const figure = wrong.map(({ name, surplus }) => `${name} ${surplus > 0 ? '+' : ''}${surplus}`).join(', ') || '0';
  return { name: 'records too many or missing', limit: '= 0', figure, isMet: wrong.length === 0 };
}
