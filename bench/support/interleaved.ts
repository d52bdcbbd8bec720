import type { Workload } from '../apps/workloads';
import type { Measurement } from '../report/measurement';
import { ServerUnderTest } from '../servers/server-under-test';
import type { ServerSettings } from '../servers/server-process';
import { variantOf } from '../variants/variants';
import { orderInRound } from './statistics';

// By then the compiler of the engine has settled: later rounds show no trend.
const WARM_UP_REQUESTS = 2_000;

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
    for (const workload of workloads) await server.measure(workload, WARM_UP_REQUESTS, -1);
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

/** A cost without the records it should have paid for is no result. @throws Error naming who lost some. */
export function requireRecords(measurements: readonly Measurement[]): void {
  const totals = new Map<string, { requests: number; records: number }>();
  for (const { variant, workload, requests, records } of measurements) {
    const key = JSON.stringify([variant, workload]);
    const total = totals.get(key) ?? { requests: 0, records: 0 };
    totals.set(key, { requests: total.requests + requests, records: total.records + records });
  }
  for (const [key, { requests, records }] of totals) {
    const [variant, workload] = JSON.parse(key) as [Measurement['variant'], string];
    const expected = variantOf(variant as Parameters<typeof variantOf>[0]).records ? requests : 0;
    if (records !== expected) {
      throw new Error(`${workload}, ${variant}: ${records} records instead of ${expected}; the figures are not valid.`);
    }
  }
}
