import { BASELINE, OURS } from './redaction/contenders';
import { hostileValues } from './redaction/hostile-values';
import type { Sample } from './redaction/sampling';
import type { SamplingOrders } from './redaction/sampling-process';
import { atMost, type Table } from './report/report';
import { Child } from './servers/child';
import { inSequence } from './support/in-sequence';
import { runBench } from './support/run-bench';
import { pairedByRound, type Spread, spreadOf } from './support/statistics';

// What redacting a typed body costs, beside what others do for the same. All contenders run in each round; a ratio is taken
// within a round, so that what disturbs a round disturbs both sides.

const BODY_BYTES = [1_024, 16_384];

interface Measured {
  readonly bytes: number;
  readonly samples: readonly Sample[];
}

/** Several sittings as one, their rounds in a row. */
async function measureAll(wantedBytes: number, sittings: number, rounds: number): Promise<Measured> {
  const samples: Sample[] = [];
  let bodyBytes = 0;
  for (let sitting = 0; sitting < sittings; sitting++) {
    const child = Child.start<SamplingOrders>('contenders', '../redaction/sampling-process.js');
    try {
      const { bytes, samples: own } = await child.ask('sample', { bytes: wantedBytes, rounds });
      bodyBytes = bytes;
      samples.push(...own.map(sample => ({ ...sample, round: sitting * rounds + sample.round })));
    } finally {
      await child.close();
    }
  }
  return { bytes: bodyBytes, samples };
}

/** In the order in which they were measured first. */
const namesOf = ({ samples }: Measured): string[] => [...new Set(samples.map(({ name }) => name))];

const samplesOf = ({ samples }: Measured, wanted: string): Sample[] => samples.filter(({ name }) => name === wanted);

function ratioOf(measured: Measured, name: string): Spread {
  const pairs = [samplesOf(measured, name), samplesOf(measured, BASELINE)] as const;
  return spreadOf(pairedByRound(...pairs, (own, parse) => own.micros / parse.micros));
}

const quartiles = ({ lowerQuartile, upperQuartile }: Spread, digits: number): string =>
  `${lowerQuartile.toFixed(digits)} … ${upperQuartile.toFixed(digits)}`;

function ratioTable(measured: Measured): Table {
  return {
    caption: `A typed body of ${measured.bytes} B`,
    columns: ['way', 'µs', 'quartiles', 'of JSON.parse', 'quartiles'],
    rows: namesOf(measured).map(name => {
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
    sittings: { default: 8, min: 1, max: 100, meaning: 'processes in which all ways are warmed up and measured' },
    rounds: { default: 16, min: 5, max: 1_000, meaning: 'measured rounds in each of them' },
    values: { default: 100, min: 10, max: 10_000, meaning: 'runs of each large hostile value' },
  },
  run: async ({ sittings, rounds, values }) => {
    const bodies = await inSequence(BODY_BYTES, bytes => measureAll(bytes, sittings, rounds));
    const hostile = hostileValues(values);
    return {
      tables: [...bodies.map(ratioTable), hostile.table],
      targets: [
        ...bodies.map(measured =>
          atMost(`${OURS}, ${measured.bytes} B, of JSON.parse`, ratioOf(measured, OURS).median, 1.1),
        ),
        ...hostile.targets,
      ],
      plots: [],
      notes: [
        `Medians and quartiles of ${sittings} sittings in processes of their own, each of ${rounds} rounds; ratios are taken ` +
          'within a round. All ways keep the same three properties to themselves; only ours also looks for names that are ' +
          'sensitive, secrets of any form in texts that no class declares, known values and limits.',
        `Large hostile values ${values} times each. Without another \`maxBodyBytes\`, no body of more than 64 KB is read.`,
      ],
      figures: { bodies, hostile: hostile.figures },
    };
  },
});
