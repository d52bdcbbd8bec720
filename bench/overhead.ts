import { GET_ORDER, POST_ORDER, WORKLOADS } from './apps/workloads';
import { compareAll } from './report/comparison';
import { costTable } from './report/cost-table';
import { latencyTable, latencyTargets } from './report/latency-table';
import { atMost, type Target } from './report/report';
import { withMongo } from './servers/mongo-under-test';
import type { ServerUnderTest } from './servers/server-under-test';
import { type Beside, besideTable, measureBeside } from './support/beside-bare';
import { COST_FLAGS, describePlan, inRounds, measureCosts, warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';
import { BASELINE, type VariantName, variantOf } from './variants/variants';

// What logging adds to a request: workload by variant, in CPU and in response time. docs/performance.md has the rules.

const VARIANTS: readonly VariantName[] = ['bare', 'null sink', 'file sink', 'file sink, worker', 'mongo sink'];

/** Measured beside the bare application; the first shows what is noise, the second the least that can be asked for. */
const NOT_RECORDING = [
  { variant: BASELINE, label: 'bare, once more' },
  { variant: 'passing', label: 'passing' },
  { variant: 'disabled', label: 'disabled' },
  { variant: 'unlogged', label: 'unlogged' },
] as const;
// What is not recorded costs the same whatever is answered.
const SHORT_WORKLOADS = [POST_ORDER, GET_ORDER];

const LOGGING = VARIANTS.filter(name => variantOf(name).records);

const LOAD_SHARE = 0.4;

function idleTargets(measured: readonly Beside[]): Target[] {
  const ours = measured.filter(({ name }) => name === 'disabled' || name === 'unlogged');
  return ours.flatMap(({ name, added }) =>
    Array.from(added, ([workload, { median }]) => atMost(`${workload}, ${name}: added CPU`, median, 2, 'µs', 1)),
  );
}

function isCompared(server: ServerUnderTest): boolean {
  return server.name === BASELINE || server.isRecording;
}

void runBench({
  name: 'overhead',
  command: 'bench',
  flags: {
    ...COST_FLAGS,
    'beside-rounds': { default: 30, min: 5, max: 1_000, meaning: 'measured rounds of what is not recorded' },
    'latency-rounds': { default: 5, min: 5, max: 1_000, meaning: 'measured rounds of response times' },
    'latency-ms': { default: 1_000, min: 200, max: 60_000, meaning: 'how long each of them sends requests' },
  },
  run: async flags => {
    const { 'beside-rounds': besideRounds, 'latency-rounds': latencyRounds, 'latency-ms': durationMs } = flags;
    return withMongo(async ({ url: mongoUrl, label }) => {
      const settings = VARIANTS.map(variant => ({ variant, app: { name: 'orders' } as const, mongoUrl }));
      const { measurements, records } = await measureCosts(settings, WORKLOADS, flags);
      const beside: Beside[] = [];
      for (const each of NOT_RECORDING) {
        const besideBare = { ...each, app: { name: 'orders' } as const };
        beside.push(await measureBeside(besideBare, SHORT_WORKLOADS, besideRounds, flags.requests));
      }
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
          tables: [
            ...costs.flatMap(({ name, comparisons }) => [
              costTable(name, comparisons),
              latencyTable(latencies, name, BASELINE),
            ]),
            besideTable('What is not recorded, by turns with bare in one process', beside, SHORT_WORKLOADS),
          ],
          targets: [
            records,
            ...costs.flatMap(({ name }) => latencyTargets(latencies, name, BASELINE, LOGGING)),
            ...idleTargets(beside),
          ],
          plots: [],
          notes: [
            `Medians and quartiles of ${describePlan(flags)}, and of ${latencyRounds} rounds of ${durationMs} ms at a ` +
              'constant rate; added: against bare, in pairs by round.',
            `The mongo sink writes into: ${label}.`,
            `What is not recorded: ${besideRounds} rounds of ${flags.requests} requests.`,
            ...[...VARIANTS, 'passing' as const, 'disabled' as const, 'unlogged' as const].map(
              variant => `${variant}: ${variantOf(variant).meaning}`,
            ),
          ],
          figures: { measurements, latencies, beside: beside.map(({ name, added }) => ({ name, added: [...added] })) },
        };
      });
    });
  },
});
