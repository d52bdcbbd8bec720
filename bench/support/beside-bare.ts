import type { Workload } from '../apps/workloads';
import { compareAll } from '../report/comparison';
import type { Table } from '../report/report';
import type { ServerSettings } from '../servers/server-process';
import { BASELINE } from '../variants/variants';
import { inRounds, warmUp, withServersBeside } from './interleaved';
import type { Spread } from './statistics';

/** What a variant adds to each workload, in microseconds of CPU per request. */
export interface Beside {
  readonly name: string;
  readonly added: ReadonlyMap<string, Spread>;
}

/**
 * Measures a variant and the bare application by turns in one process: for differences that are smaller than those between
 * two processes of the same code.
 */
export async function measureBeside(
  settings: ServerSettings,
  workloads: readonly Workload[],
  rounds: number,
  requests: number,
): Promise<Beside> {
  const { variant, label: name = variant } = settings;
  return withServersBeside([settings], async servers => {
    await warmUp(servers, workloads);
    const measurements = await inRounds(servers, workloads, rounds, (server, workload, round) =>
      server.measure(workload, requests, round),
    );
    const added = workloads.map((workload): [string, Spread] => {
      const comparisons = compareAll(measurements, workload.name, BASELINE);
      return [workload.name, comparisons.find(each => each.variant === name)!.addedMicros!];
    });
    return { name, added: new Map(added) };
  });
}

export function besideTable(caption: string, measured: readonly Beside[], workloads: readonly Workload[]): Table {
  return {
    caption,
    columns: ['variant', ...workloads.flatMap(({ name }) => [`${name}: added CPU µs`, 'quartiles'])],
    rows: measured.map(({ name, added }) => [
      name,
      ...workloads.flatMap(workload => {
        const { median, lowerQuartile, upperQuartile } = added.get(workload.name)!;
        return [median.toFixed(1), `${lowerQuartile.toFixed(1)} … ${upperQuartile.toFixed(1)}`];
      }),
    ]),
  };
}
