import { LIST_ORDERS, WORKLOADS } from './apps/workloads';
import { type Comparison, compareAll } from './report/comparison';
import { costTable } from './report/cost-table';
import { atMost, type Target } from './report/report';
import { COST_FLAGS, describePlan, measureCosts } from './support/interleaved';
import { runBench } from './support/run-bench';
import { arePeersInstalled, INSTALL_PEERS, peerVersions } from './variants/peer-packages';
import { BASELINE, type VariantName, variantOf } from './variants/variants';

// What the same application pays for other loggers, and for this one, in one interleaved run. docs/performance.md has the
// rules.

const VARIANTS: readonly VariantName[] = [
  'bare',
  'koa-pino-logger',
  'pino with bodies',
  'winston with bodies',
  'apitally',
  'null sink',
  'file sink',
  'file sink, worker',
];

/** Ours with both bodies into files, against CPU of bare at most this much. */
const MOST_RELATIVE_CPU: Readonly<Record<string, number>> = {
  'POST /orders': 1.18,
  'GET /orders': 1.15,
  'GET /orders/:id': 1.25,
};

/** The same in worker mode, main thread only, against pino with bodies. */
const MOST_OF_PINO_IN_WORKER_MODE: Readonly<Record<string, number>> = {
  'POST /orders': 0.25,
  'GET /orders': 0.12,
  'GET /orders/:id': 0.25,
};

function targetsOf(workload: string, comparisons: readonly Comparison[]): Target[] {
  const of = (name: VariantName): Comparison => comparisons.find(({ variant }) => variant === name)!;
  const added = (name: VariantName): number => of(name).addedMicros!.median;
  const addedToMainThread = (name: VariantName): number => of(name).addedMainThreadMicros?.median ?? NaN;
  const mine = added('file sink');
  return [
    atMost(`${workload}: added CPU, ours / pino with bodies`, mine / added('pino with bodies'), 0.5),
    ...(workload === LIST_ORDERS.name
      ? []
      : [atMost(`${workload}: added CPU, ours / koa-pino-logger`, mine / added('koa-pino-logger'), 1)]),
    atMost(`${workload}: CPU, ours / bare`, of('file sink').relativeCpu!.median, MOST_RELATIVE_CPU[workload]!),
    atMost(
      `${workload}: added CPU of the main thread, ours in worker mode / pino with bodies`,
      addedToMainThread('file sink, worker') / addedToMainThread('pino with bodies'),
      MOST_OF_PINO_IN_WORKER_MODE[workload]!,
    ),
  ];
}

void runBench({
  name: 'peers',
  command: 'bench:peers',
  flags: COST_FLAGS,
  run: async plan => {
    if (!arePeersInstalled()) throw new Error(`The loggers to compare with are not installed. Run: ${INSTALL_PEERS}`);
    const settings = VARIANTS.map(variant => ({ variant, app: { name: 'orders' } as const }));
    const { measurements, records } = await measureCosts(settings, WORKLOADS, plan);
    const results = WORKLOADS.map(({ name }) => ({ name, comparisons: compareAll(measurements, name, BASELINE) }));
    return {
      tables: results.map(({ name, comparisons }) => costTable(name, comparisons)),
      targets: [records, ...results.flatMap(({ name, comparisons }) => targetsOf(name, comparisons))],
      plots: [],
      notes: [
        `Medians and quartiles of ${describePlan(plan)}; added: against bare, in pairs by round.`,
        'Ours in the targets is the file sink, in worker mode where they say so, because the others write files too.',
        peerVersions(['pino', 'koa-pino-logger', 'winston', 'apitally']),
        ...VARIANTS.map(variant => `${variant}: ${variantOf(variant).meaning}`),
      ],
      figures: measurements,
    };
  },
});
