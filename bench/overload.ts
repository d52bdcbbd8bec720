import { POST_ORDER } from './apps/workloads';
import { judgeCounts, judgeShedding, lotsOf, noticedSeconds } from './overload/judge';
import { overloadOf, rampOf, type Step } from './overload/ramp';
import { type OverloadRun, runOverload } from './overload/run-overload';
import { ratesOf, recordedShares, type Tally } from './overload/tally';
import type { Plot, Series, Table } from './report/report';
import type { ServerSettings } from './servers/server-process';
import type { ServerUnderTest } from './servers/server-under-test';
import { inSequence } from './support/in-sequence';
import { warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';

// More requests than the application can take: does logging give way, and is each request accounted for?

const APP = { name: 'orders' } as const;
const CAPACITY_ROUNDS = 7;
const CAPACITY_REQUESTS = 1_500;
const BARE_CALM_S = 10;

type Point = Series['points'][number];

interface Named {
  readonly name: string;
  readonly ramp: readonly Step[];
  readonly run: OverloadRun;
}

/** Of the best round: the others were disturbed. */
async function capacityOf(bare: ServerUnderTest): Promise<number> {
  const rounds = Array.from({ length: CAPACITY_ROUNDS }, (_, round) => round);
  const measured = await inSequence(rounds, round => bare.measure(POST_ORDER, CAPACITY_REQUESTS, round));
  return Math.max(...measured.map(({ requests, elapsedMs }) => (requests / elapsedMs) * 1_000));
}

/** The tallies of a step; the one after it, where the server was too late to give any. */
function during(tallies: readonly Tally[], { from, to }: Step): readonly Tally[] {
  const own = tallies.filter(({ second }) => second > from && second <= to);
  return own.length > 0 ? own : [tallies.find(({ second }) => second > to)!];
}

function stepTable(runs: readonly Named[], ramp: readonly Step[]): Table {
  const rowOf = (step: Step, { name, run }: Named): readonly string[] => {
    const answered = run.seconds.answered().slice(step.from, step.to);
    const tallies = during(run.tallies, step);
    const before = run.tallies.filter(({ second }) => second <= step.from).at(-1) ?? run.tallies[0]!;
    const [recorded] = recordedShares([before, tallies.at(-1)!]);
    return [
      `${(step.share * 100).toFixed(0)} %`,
      name,
      String(step.requestsPerSecond),
      (answered.reduce((sum, [, count]) => sum + count, 0) / (step.to - step.from)).toFixed(0),
      run.seconds.p99MsOf(step.from, step.to).toFixed(0),
      Math.max(...tallies.map(({ lateness }) => lateness.p99Ms)).toFixed(0),
      recorded ? `${(recorded[1] * 100).toFixed(0)} %` : '–',
    ];
  };
  return {
    caption: 'The ramp, step by step',
    columns: ['of bare', 'server', 'arriving/s', 'answered/s', 'p99 ms', 'longest loop delay p99 ms', 'recorded'],
    rows: ramp.flatMap(step => runs.filter(named => reaches(named, step)).map(named => rowOf(step, named))),
  };
}

/** Whether the ramp of a server was long enough to tell of this step. */
function reaches({ ramp }: Named, { to }: Step): boolean {
  return ramp.at(-1)!.to >= to;
}

const COLOURS = [0, 1, 2] as const;
const ARRIVING = 3;

function plotOf(runs: readonly Named[], capacity: number): Plot {
  const [bare, shedding, recordingAll] = runs;
  const { ramp } = shedding!;
  const each = (some: readonly Named[], pointsOf: (run: OverloadRun) => readonly Point[]): Series[] =>
    some.map(named => ({
      name: named.name,
      colour: COLOURS[runs.indexOf(named)]!,
      points: pointsOf(named.run).filter(([second]) => second < named.ramp.at(-1)!.to),
    }));
  const logging = [shedding!, recordingAll!];
  const leftOut = (name: string, colour: 1 | 2 | 3, { run }: Named, count: (tally: Tally) => number): Series => ({
    name,
    colour,
    points: ratesOf(run.tallies, count),
  });
  return {
    file: 'overload',
    title: `Up to ${Math.max(...ramp.map(step => step.requestsPerSecond))} requests/s, where bare can take ${Math.round(capacity)}`,
    xLabel: 'seconds',
    band: { ...overloadOf(ramp), label: 'more than bare can take' },
    panels: [
      {
        yLabel: 'answered/s',
        series: [
          ...each([bare!, ...logging], ({ seconds }) => seconds.answered()),
          {
            name: 'arriving',
            colour: ARRIVING,
            points: ramp.flatMap(({ from, to, requestsPerSecond: rate }) => [
              [from, rate] as const,
              [to, rate] as const,
            ]),
          },
        ],
      },
      {
        yLabel: 'p99 ms',
        hasLogY: true,
        series: each([bare!, ...logging], ({ seconds }) => seconds.p99Ms().filter(([, ms]) => ms > 0)),
      },
      {
        yLabel: 'loop delay ms',
        series: each([bare!, ...logging], ({ tallies }) =>
          // A look in which no timer came tells nothing.
          tallies.filter(({ lateness }) => lateness.p99Ms > 0).map(({ second, lateness }) => [second, lateness.p99Ms]),
        ),
      },
      {
        yLabel: '% recorded',
        series: each(logging, ({ tallies }) => recordedShares(tallies).map(([second, share]) => [second, share * 100])),
      },
      {
        yLabel: 'left out/s',
        series: [
          leftOut('shed', COLOURS[1], shedding!, ({ shed }) => shed),
          leftOut('lost, shedding', ARRIVING, shedding!, ({ lost }) => lost),
          leftOut('lost, recording all', COLOURS[2], recordingAll!, ({ lost }) => lost),
        ],
      },
    ],
  };
}

void runBench({
  name: 'overload',
  command: 'bench:overload',
  flags: {
    step: { default: 4, min: 2, max: 600, meaning: 'seconds of each step up' },
    calm: { default: 50, min: 5, max: 3_600, meaning: 'seconds of calm load at the end' },
    connections: { default: 1_000, min: 16, max: 10_000, meaning: 'connections that the requests come over' },
  },
  run: async flags => {
    const settings: ServerSettings[] = [
      { variant: 'bare', app: APP },
      { variant: 'file sink', label: 'shedding', app: APP, logging: { loadShedding: {} } },
      { variant: 'file sink', label: 'recording all', app: APP, logging: { loadShedding: false } },
    ];
    return withServers(settings, async servers => {
      await warmUp(servers, [POST_ORDER]);
      const capacity = await capacityOf(servers[0]!);
      const ramp = rampOf(capacity, flags.step, flags.calm);
      // Without a logging there is nothing to recover.
      const shortened = rampOf(capacity, flags.step, Math.min(flags.calm, BARE_CALM_S));
      const runs = await inSequence(servers, async server => {
        const own = server.isRecording ? ramp : shortened;
        return { name: server.name, ramp: own, run: await runOverload(server, own, flags.connections) };
      });
      const [, shedding, recordingAll] = runs.map(({ run }) => run);
      return {
        tables: [stepTable(runs, ramp)],
        targets: [
          ...runs.slice(1).flatMap(({ name, run }) => judgeCounts(name, run)),
          ...judgeShedding(shedding!, recordingAll!, ramp),
        ],
        plots: [plotOf(runs, capacity)],
        notes: [
          ...runs.map(({ name, run }) => {
            const { recorded, shed, lost, dropped } = lotsOf(run);
            return (
              `${name}: ${run.answered} requests answered, ${run.refused} of them refused, ${run.givenUp} given up after 5 s without a ` +
              `connection; ${recorded} recorded, ${dropped} of them dropped by the full queue of the sink, ` +
              `${shed} shed, ${lost} lost; ${noticedSeconds(run).length} seconds with a p99 over 500 ms.`
            );
          }),
        ],
        figures: runs.map(({ name, run: { seconds, ...run } }) => ({
          name,
          ...run,
          arrived: seconds.arrived(),
          answeredEach: seconds.answered(),
          p99Ms: seconds.p99Ms(),
        })),
      };
    });
  },
});
