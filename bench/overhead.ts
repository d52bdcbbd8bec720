import { writeFile } from 'node:fs/promises';
import { ArgumentError, type BenchArguments, readArguments } from './support/bench-arguments';
import { compare, type Comparison } from './support/comparison';
import { comparisonTable } from './support/comparison-table';
import { describeMachine } from './support/machine';
import type { Measurement } from './support/measurement';
import { type Scenario, SCENARIOS } from './support/scenarios';
import { ServerUnderTest } from './support/server-under-test';
import { orderInRound } from './support/statistics';
import { availableVariants, BASELINE, MEANINGS, recordsRequests } from './support/variants';

// Measures what logging adds to a request. The rules are in docs/performance.md.

// By then the compiler of the engine has settled: later rounds show no trend.
const WARM_UP_REQUESTS = 2_000;

async function warmUp(servers: readonly ServerUnderTest[]): Promise<void> {
  for (const server of servers) {
    for (const scenario of SCENARIOS) await server.measure(scenario, WARM_UP_REQUESTS, -1);
  }
}

async function measureRounds(
  servers: readonly ServerUnderTest[],
  { rounds, requests }: BenchArguments,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const scenario of SCENARIOS) {
      for (const server of orderInRound(servers, round)) {
        measurements.push(await server.measure(scenario, requests, round));
      }
    }
  }
  return measurements;
}

function comparisonsOf(
  { name }: Scenario,
  servers: readonly ServerUnderTest[],
  measurements: readonly Measurement[],
): Comparison[] {
  const inScenario = measurements.filter(({ scenario }) => scenario === name);
  const baseline = inScenario.filter(({ variant }) => variant === BASELINE);
  return servers.map(({ variant }) => {
    const isBaseline = variant === BASELINE;
    return compare(variant, isBaseline ? baseline : inScenario.filter(item => item.variant === variant), baseline);
  });
}

/** A cost without the records it should have paid for is no result. */
function requireRecords(comparisons: readonly Comparison[], scenario: Scenario): void {
  for (const { variant, recordsPerRequest } of comparisons) {
    const expected = recordsRequests(variant) ? 1 : 0;
    if (recordsPerRequest === expected) continue;
    console.error(
      `${scenario.name}, ${variant}: ${recordsPerRequest} records per request instead of ${expected}; its figures are not valid.`,
    );
    process.exitCode = 1;
  }
}

async function printReport(
  servers: readonly ServerUnderTest[],
  measurements: readonly Measurement[],
  { rounds, requests }: BenchArguments,
): Promise<void> {
  for (const scenario of SCENARIOS) {
    const comparisons = comparisonsOf(scenario, servers, measurements);
    const responseBytes = await servers[0]!.responseBytes(scenario);
    console.log(`\n${scenario.name}: ${scenario.requestBytes} B in, ${responseBytes} B out`);
    console.log(comparisonTable(comparisons));
    requireRecords(comparisons, scenario);
  }
  console.log(
    `\nMedians and quartiles of ${rounds} rounds of ${requests} requests each; added: against bare, in pairs by round.`,
  );
  for (const { variant } of servers) console.log(`${variant}: ${MEANINGS[variant]}`);
}

async function measureAll(options: BenchArguments): Promise<void> {
  const machine = describeMachine(new Date());
  console.log(machine);
  const variants = availableVariants(process.env);
  if (!variants.includes('mongo sink')) console.log('MONGODB_URL is not set: the MongoDB sink is not measured.');
  const servers: ServerUnderTest[] = [];
  try {
    for (const variant of variants) servers.push(await ServerUnderTest.start(variant));
    await warmUp(servers);
    const measurements = await measureRounds(servers, options);
    await printReport(servers, measurements, options);
    if (options.jsonFile !== undefined) {
      await writeFile(options.jsonFile, `${JSON.stringify({ machine, ...options, measurements }, null, 2)}\n`);
    }
  } finally {
    await Promise.all(servers.map(server => server.close()));
  }
}

async function main(): Promise<void> {
  try {
    await measureAll(readArguments(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof ArgumentError ? error.message : error);
    process.exitCode = 1;
  }
}

void main();
