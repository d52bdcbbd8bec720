import type { Workload } from '../apps/workloads';
import { type Comparison, compareAll } from '../report/comparison';
import type { Measurement } from '../report/measurement';
import type { Target } from '../report/report';
import type { ServerSettings } from '../servers/server-process';
import type { ServerUnderTest } from '../servers/server-under-test';
import { inRounds, recordTarget, withServersBeside } from '../support/interleaved';

export interface AddedCost {
  /** In the order of the servers; the first is the baseline. */
  readonly comparisons: readonly Comparison[];
  readonly records: Target;
  readonly measurements: readonly Measurement[];
}

/** Measures servers that run already against the first of them. */
export async function addedCost(
  servers: readonly ServerUnderTest[],
  workload: Workload,
  { rounds, requests }: { readonly rounds: number; readonly requests: number },
): Promise<AddedCost> {
  const measurements = await inRounds(servers, [workload], rounds, (server, _, round) =>
    server.measure(workload, requests, round),
  );
  return {
    comparisons: compareAll(measurements, workload.name, servers[0]!.name),
    records: recordTarget(servers, measurements),
    measurements,
  };
}

/** Starts a variant and the bare application in one process, warms them up, and measures the one against the other. */
export function addedCostOf(
  settings: ServerSettings,
  workload: Workload,
  { rounds, requests, warmUp }: { readonly rounds: number; readonly requests: number; readonly warmUp: number },
): Promise<AddedCost> {
  return withServersBeside([settings], async servers => {
    for (const server of servers) await server.measure(workload, warmUp, -1);
    return addedCost(servers, workload, { rounds, requests });
  });
}
