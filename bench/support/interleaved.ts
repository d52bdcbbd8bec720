import type { Workload } from '../apps/workloads';
import type { Measurement } from '../report/measurement';
import type { Target } from '../report/report';
import { ServerUnderTest } from '../servers/server-under-test';
import type { ServerSettings } from '../servers/server-process';
import { orderInRound } from './statistics';

// After 1,000 the compiler of the engine is still at work in servers with much code, and is paid for by the first rounds.
const WARM_UP_ROUNDS = 4;
const WARM_UP_REQUESTS = 500;

/** Starts the servers, lets them be measured, and ends them whatever happens. */
export async function withServers<Result>(
  settings: readonly ServerSettings[],
  use: (servers: readonly ServerUnderTest[]) => Promise<Result>,
): Promise<Result> {
  const servers: ServerUnderTest[] = [];
  try {
    for (const each of settings) servers.push(await ServerUnderTest.start(each));
    return await use(servers);
  } finally {
    await Promise.all(servers.map(server => server.close()));
  }
}

export async function warmUp(servers: readonly ServerUnderTest[], workloads: readonly Workload[]): Promise<void> {
  for (const server of servers) {
    for (let round = -WARM_UP_ROUNDS; round < 0; round++) {
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
