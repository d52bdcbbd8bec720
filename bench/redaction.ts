import { BASELINE, type Contender, contenders, OURS } from './redaction/contenders';
import { hostileValues } from './redaction/hostile-values';
import { atMost, type Table } from './report/report';
import { runBench } from './support/run-bench';
import { orderInRound, pairedByRound, type Spread, spreadOf } from './support/statistics';
import { orderText } from './support/typed-body';

// What redacting a typed body costs, beside what others do for the same. All contenders run in each round, there and back
// again; a ratio is taken within a round, so that what disturbs a round disturbs both sides.

const WARM_UP_ROUNDS = 10;
const BATCH_MS = 4;
const BODY_BYTES = [1_024, 16_384];

interface Sample {
  readonly name: string;
  readonly round: number;
  readonly micros: number;
}

interface Measured {
  readonly bytes: number;
  readonly samples: readonly Sample[];
}

/** Keeps the engine from leaving out work whose result nobody looks at. */
let last: unknown;

function measure({ input, run }: Contender, body: string, runs: number): number {
  const inputs = Array.from({ length: runs }, () => input(body));
  const start = performance.now();
  for (const each of inputs) last = run(each);
  return ((performance.now() - start) * 1_000) / runs;
}

function sampleAll(all: readonly Contender[], body: string, rounds: number): Sample[] {
  const samples: Sample[] = [];
  const runs = new Map(all.map(each => [each, Math.max(1, Math.round((BATCH_MS * 1_000) / measure(each, body, 200)))]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const contender of orderInRound(all, Math.abs(round))) {
      const micros = measure(contender, body, runs.get(contender)!);
      if (round >= 0) samples.push({ name: contender.name, round, micros });
    }
  }
  if (last === undefined) throw new Error('Nothing was measured.');
  return samples;
}

const samplesOf = ({ samples }: Measured, wanted: string): Sample[] => samples.filter(({ name }) => name === wanted);

function ratioOf(measured: Measured, name: string): Spread {
  const pairs = [samplesOf(measured, name), samplesOf(measured, BASELINE)] as const;
  return spreadOf(pairedByRound(...pairs, (own, parse) => own.micros / parse.micros));
}

const quartiles = ({ lowerQuartile, upperQuartile }: Spread, digits: number): string =>
  `${lowerQuartile.toFixed(digits)} … ${upperQuartile.toFixed(digits)}`;

function ratioTable(all: readonly Contender[], measured: Measured): Table {
  return {
    caption: `A typed body of ${measured.bytes} B`,
    columns: ['way', 'µs', 'quartiles', 'of JSON.parse', 'quartiles'],
    rows: all.map(({ name }) => {
      const micros = spreadOf(samplesOf(measured, name).map(sample => sample.micros));
      const ratio = ratioOf(measured, name);
      return [name, micros.median.toFixed(1), quartiles(micros, 1), ratio.median.toFixed(2), quartiles(ratio, 2)];
    }),
  };
}

void runBench({
  name: 'redaction',
  command: 'bench:redaction',
  flags: {
    rounds: { default: 60, min: 5, max: 1_000, meaning: 'measured rounds, after the warm-up' },
    values: { default: 100, min: 10, max: 10_000, meaning: 'runs of each large hostile value' },
  },
  run: async ({ rounds, values }) => {
    const all = contenders();
    const bodies = BODY_BYTES.map(orderText).map(body => ({
      bytes: body.length,
      samples: sampleAll(all, body, rounds),
    }));
    const hostile = hostileValues(values);
    return {
      tables: [...bodies.map(measured => ratioTable(all, measured)), hostile.table],
      targets: [
        ...bodies.map(measured =>
          atMost(`${OURS}, ${measured.bytes} B, of JSON.parse`, ratioOf(measured, OURS).median, 1.1),
        ),
        ...hostile.targets,
      ],
      plots: [],
      notes: [
        `Medians and quartiles of ${rounds} rounds; ratios are taken within a round. All ways keep the same three properties ` +
          'to themselves; only ours also looks for names that are sensitive, secrets of any form in texts that no class ' +
          'declares, known values and limits.',
        `Large hostile values ${values} times each. Without another \`maxBodyBytes\`, no body of more than 64 KB is read.`,
      ],
      figures: { bodies, hostile: hostile.figures },
    };
  },
});
