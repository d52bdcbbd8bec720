import { WORKLOADS } from './apps/workloads';
import { type Comparison, compareAll } from './report/comparison';
import { costTable } from './report/cost-table';
import { latencyTable, latencyTargets } from './report/latency-table';
import { atMost, type Target } from './report/report';
import { withMongo } from './servers/mongo-under-test';
import type { ServerUnderTest } from './servers/server-under-test';
import { COST_FLAGS, describePlan, inRounds, measureCosts, warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';
import { BASELINE, type VariantName, variantOf } from './variants/variants';

// What logging adds to a request: workload by variant, in CPU and in response time. docs/performance.md has the rules.

const VARIANTS: readonly VariantName[] = [
  'bare',
  'disabled',
  'unlogged',
  'null sink',
  'file sink',
  'file sink, worker',
  'mongo sink',
];

const LOGGING = VARIANTS.filter(name => variantOf(name).records);

const LOAD_SHARE = 0.4;

function idleTargets(workload: string, comparisons: readonly Comparison[]): Target[] {
  return comparisons
    .filter(({ variant }) => variant === 'disabled' || variant === 'unlogged')
    .map(({ variant, addedMicros }) => atMost(`${workload}, ${variant}: added CPU`, addedMicros!.median, 2, 'µs', 1));
}

function isCompared(server: ServerUnderTest): boolean {
  return server.name === BASELINE || server.isRecording;
}

void runBench({
  name: 'overhead',
  command: 'bench',
  flags: {
    ...COST_FLAGS,
    'latency-rounds': { default: 5, min: 5, max: 1_000, meaning: 'measured rounds of response times' },
    'latency-ms': { default: 1_000, min: 200, max: 60_000, meaning: 'how long each of them sends requests' },
  },
  run: async flags => {
    const { 'latency-rounds': latencyRounds, 'latency-ms': durationMs } = flags;
    return withMongo(async ({ url: mongoUrl, label }) => {
      const settings = VARIANTS.map(variant => ({ variant, app: { name: 'orders' } as const, mongoUrl }));
      const { measurements, records } = await measureCosts(settings, WORKLOADS, flags);
      const costs = WORKLOADS.map(({ name }) => ({ name, comparisons: compareAll(measurements, name, BASELINE) }));
      const rateOf = new Map(
        costs.map(({ name, comparisons }) => {
          const { requestsPerSecond } = comparisons.find(({ variant }) => variant === BASELINE)!;
          return [name, Math.round(requestsPerSecond * LOAD_SHARE)];
        }),
      );
      return withServers(settings, async servers => {
        await warmUp(servers, WORKLOADS);
        const latencies = await inRounds(
          servers.filter(isCompared),
          WORKLOADS,
          latencyRounds,
          (server, workload, round) =>
            server.respond(workload, { requestsPerSecond: rateOf.get(workload.name)!, durationMs }, round),
        );
        return {
          tables: costs.flatMap(({ name, comparisons }) => [
            costTable(name, comparisons),
            latencyTable(latencies, name, BASELINE),
          ]),
          targets: [
            records,
            ...costs.flatMap(({ name, comparisons }) => [
              ...idleTargets(name, comparisons),
              ...latencyTargets(latencies, name, BASELINE, LOGGING),
            ]),
          ],
          plots: [],
          notes: [
            `Medians and quartiles of ${describePlan(flags)}, and of ${latencyRounds} rounds of ${durationMs} ms at a ` +
              'constant rate; added: against bare, in pairs by round.',
            `The mongo sink writes into: ${label}.`,
            ...VARIANTS.map(variant => `${variant}: ${variantOf(variant).meaning}`),
          ],
          figures: { measurements, latencies },
        };
      });
    });
  },
});
