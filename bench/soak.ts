import { createHash } from 'node:crypto';
import { POST_ORDER } from './apps/workloads';
import { atMost, type Plot } from './report/report';
import { SCRIPTED_LABEL, startScriptedMongo } from './servers/mongo-under-test';
import { doHarm } from './soak/faults';
import { growthEachMinute, judgeSoak, judgeSteady } from './soak/judge';
import { type Round, soak } from './soak/rounds';
import { warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';
import { temporaryFolder } from './variants/temporary-folder';

// Hours in the life of an application, with faults of the server at random or without: what it holds must not grow: R20
// of docs/reliability.md.

const MEGABYTE = 1_000_000;
const APP = { name: 'orders' } as const;
/** What the engine compiles and keeps at first is no leak. */
const SETTLING_S = 60;

type SoakFlags = Readonly<Record<'minutes' | 'rate' | 'seconds' | 'seed', number>>;

const settled = (rounds: readonly Round[]): readonly Round[] => rounds.filter(({ second }) => second > SETTLING_S);

function heldNote(rounds: readonly Round[], what: string, bytes: (round: Round) => number): string {
  const [first, last] = [settled(rounds)[0]!, rounds.at(-1)!];
  const at = (round: Round): string =>
    `${(bytes(round) / MEGABYTE).toFixed(1)} MB after ${(round.second / 60).toFixed(1)} minutes`;
  return `${what}: ${at(first)}, ${at(last)}.`;
}

async function soakWithFaults(flags: SoakFlags) {
  const mongo = await startScriptedMongo();
  const folder = await temporaryFolder();
  const spool = { directory: folder.path, maxBytes: 1_000 * MEGABYTE, mode: 'overflow' };
  const settings = { variant: 'mongo sink', app: APP, mongoUrl: mongo.url, logging: { delivery: { spool } } } as const;
  try {
    return await withServers([settings], async ([server]) => {
      await warmUp([server!], [POST_ORDER]);
      const random = chanceOf(flags.seed);
      const faults = { stops: 0, freezes: 0 };
      const { rounds, failed } = await soak(server!, flags, durationMs => doHarm(mongo, durationMs, random, faults));
      const { stats } = await server!.health();
      const { stored, repeated } = await mongo.child.ask('stored');
      const { accepted } = Object.values(stats!.sinks)[0]!;
      return {
        tables: [],
        targets: [
          ...judgeSoak(settled(rounds)),
          atMost('failed requests', failed, 0, '', 0),
          atMost('records accepted and not stored', accepted - stored, 0, '', 0),
        ],
        plots: [],
        notes: [
          `${flags.rate} requests/s for ${flags.minutes} minutes, seed ${flags.seed}; the server is a ${SCRIPTED_LABEL}. ` +
            `It was stopped ${faults.stops} times and frozen ${faults.freezes} times, for up to 6 s.`,
          `${accepted} records: ${stored} stored, ${repeated} sent again and recognised by their ids.`,
          heldNote(rounds, 'In use, collected', each => each.usedBytes),
        ],
        figures: { rounds, faults },
      };
    });
  } finally {
    mongo.child.thaw();
    await mongo.child.close();
    await folder.remove();
  }
}

function memoryPlot(rounds: readonly Round[], bare: readonly Round[], rate: number): Plot {
  const series = (name: string, from: readonly Round[], bytes: (round: Round) => number) => ({
    name,
    points: from.map(round => [round.second / 60, bytes(round) / MEGABYTE] as const),
  });
  return {
    file: 'steady',
    title: `Memory at ${rate} requests/s, into files`,
    xLabel: 'minutes',
    panels: [
      {
        yLabel: 'MB',
        series: [
          series('process', rounds, each => each.residentBytes),
          series('in use, collected', rounds, each => each.usedBytes),
          series('heap as the engine has it', rounds, each => each.heapBytes),
          series('process of bare', bare, each => each.residentBytes),
        ],
      },
    ],
  };
}

function soakSteadily(flags: SoakFlags) {
  const settings = [
    { variant: 'file sink', app: APP },
    { variant: 'bare', app: APP },
  ] as const;
  return withServers(settings, async servers => {
    await warmUp(servers, [POST_ORDER]);
    const [ours, bare] = await Promise.all(servers.map(server => soak(server, flags, async () => {})));
    const [server] = servers;
    const { rounds, failed } = ours!;
    const { exchanges, sinks } = (await server!.health()).stats!;
    const { delivered } = Object.values(sinks)[0]!;
    return {
      tables: [],
      targets: [
        ...judgeSteady(settled(rounds)),
        atMost('failed requests', failed, 0, '', 0),
        atMost('requests without a delivered record', exchanges.seen - delivered, 0, '', 0),
      ],
      plots: [memoryPlot(rounds, bare!.rounds, flags.rate)],
      notes: [
        `${flags.rate} requests/s for ${flags.minutes} minutes into files, a look every ${flags.seconds} s; growth is that of ` +
          'the line through all looks after the first minute. Beside it bare, with as many requests.',
        heldNote(rounds, 'The process', each => each.residentBytes),
        heldNote(rounds, 'The heap as the engine has it', each => each.heapBytes),
        heldNote(rounds, 'In use, collected', each => each.usedBytes),
        heldNote(bare!.rounds, 'The process of bare', each => each.residentBytes),
        `By the line, the process of bare grows by ${growthEachMinute(settled(bare!.rounds), each => each.residentBytes).toFixed(2)} MB each minute.`,
      ],
      figures: { rounds, bare: bare!.rounds },
    };
  });
}

/** From 0 to 1, the same course for the same seed. */
function chanceOf(seed: number): () => number {
  let drawn = 0;
  return () =>
    createHash('sha256')
      .update(`${seed}:${(drawn += 1)}`)
      .digest()
      .readUInt32BE() /
    2 ** 32;
}

/** Known before the flags are read: it names the report. */
function isSteady(args: readonly string[]): boolean {
  return /--faults[= ]0\b/.test(args.join(' '));
}

void runBench({
  name: isSteady(process.argv) ? 'steady' : 'soak',
  command: 'bench:soak',
  flags: {
    minutes: { default: 30, min: 1, max: 100_000, meaning: 'minutes in all' },
    rate: { default: 1_000, min: 1, max: 100_000, meaning: 'requests a second' },
    seconds: { default: 30, min: 5, max: 3_600, meaning: 'seconds of load between two looks at what is held' },
    faults: { default: 1, min: 0, max: 1, meaning: '1: of the server of the sink, at random; 0: none, into files' },
    seed: { default: 1, min: 0, max: 999_999_999, meaning: 'of the faults' },
  },
  run: flags => (flags.faults ? soakWithFaults(flags) : soakSteadily(flags)),
});
