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
const SIZES: readonly (typeof SMALL)[] = [
  SMALL,
  { routes: 100, classes: 10 },
  { routes: 2_000, classes: 10 },
  { routes: 10, classes: 200 },
  { routes: 10, classes: 2_000 },
  LARGE,
];

async function measure(size: typeof SMALL, rounds: number, requests: number): Promise<AddedCost> {
  const app = (isMarked: boolean): GeneratedApp => ({ name: 'generated', ...size, isMarked });
  const next = generatedRequests(app(true));
  const workload = { name: `${size.routes} routes, ${size.classes} classes`, requestBytes: 0, next };
  return addedCostOf(
    [
      { variant: 'bare', app: app(false) },
      { variant: 'file sink', app: app(true) },
    ],
    workload,
    { rounds, requests, warmUp: WARM_UP_REQUESTS },
  );
}

/** Applications of 10 to 2,000 routes and DTO classes; all routes are asked for. */
export const routesAndClasses: Part = async ({ rounds, requests }) => {
  const results = await inSequence(SIZES, async size => ({ size, ...(await measure(size, rounds, requests)) }));
  const added = ({ comparisons }: AddedCost): number => comparisons[1]!.addedMicros!.median;
  const of = (wanted: typeof SMALL) => results.find(({ size }) => size === wanted)!;
  return {
    tables: [
      {
        caption: 'Size of the application',
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
