import type { GeneratedApp } from '../apps/generated-app';
import { generatedRequests } from '../apps/generated-app';
import { atMost } from '../report/report';
import { inSequence } from '../support/in-sequence';
import { type AddedCost, addedCostOf } from './added-cost';
import { failed, type Part } from './part';

const SMALL = { routes: 10, classes: 10 };
const LARGE = { routes: 2_000, classes: 2_000 };
// Each route at least twice, so that what happens once for each class has happened.
const WARM_UP_REQUESTS = 2 * LARGE.routes;
// Two figures are set against each other, of processes of their own.
const ROUNDS = 4;
const SIZES: readonly (typeof SMALL)[] = [
  SMALL,
  { routes: 100, classes: 10 },
  { routes: 2_000, classes: 10 },
  { routes: 10, classes: 200 },
  { routes: 10, classes: 2_000 },
  LARGE,
];

async function measure(size: typeof SMALL, rounds: number, requests: number): Promise<AddedCost> {
  const app: GeneratedApp = { name: 'generated', ...size, isMarked: true };
  const workload = {
    name: `${size.routes} routes, ${size.classes} classes`,
    requestBytes: 0,
    next: generatedRequests(app),
  };
  return addedCostOf({ variant: 'file sink', app }, workload, {
    rounds: ROUNDS * rounds,
    requests,
    warmUp: WARM_UP_REQUESTS,
  });
}

/** Applications of 10 to 2,000 routes and DTO classes; all routes are asked for. */
export const routesAndClasses: Part = async ({ rounds, requests }) => {
  const results = await inSequence(SIZES, async size => ({ size, ...(await measure(size, rounds, requests)) }));
  const added = ({ comparisons }: AddedCost): number => comparisons[1]!.addedMicros!.median;
  const of = (wanted: typeof SMALL) => results.find(({ size }) => size === wanted)!;
  return {
    tables: [
      {
        caption: 'Size of the application, by turns with bare in one process',
        columns: ['routes', 'DTO classes', 'bare µs', 'added µs', 'quartiles', 'added, of the smallest'],
        rows: results.map(result => {
          const { lowerQuartile, upperQuartile } = result.comparisons[1]!.addedMicros!;
          return [
            String(result.size.routes),
            String(result.size.classes),
            result.comparisons[0]!.cpuMicros.toFixed(0),
            added(result).toFixed(0),
            `${lowerQuartile.toFixed(0)} … ${upperQuartile.toFixed(0)}`,
            (added(result) / added(of(SMALL))).toFixed(2),
          ];
        }),
      },
    ],
    targets: [
      ...failed(results),
      atMost('added CPU, 2000 routes and classes / 10 routes and classes', added(of(LARGE)) / added(of(SMALL)), 1.1),
    ],
    plots: [],
    figures: results,
  };
};
