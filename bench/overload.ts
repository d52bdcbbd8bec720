import { POST_ORDER } from './apps/workloads';
import { judgeCounts, judgeShedding, lotsOf, noticedSeconds } from './overload/judge';
import { overloadOf, rampOf, type Step } from './overload/ramp';
import { type OverloadRun, runOverload } from './overload/run-overload';
import { ratesOf, recordedShares, type Tally } from './overload/tally';
import type { Plot, Table } from './report/report';
import type { ServerSettings } from './servers/server-process';
import type { ServerUnderTest } from './servers/server-under-test';
import { inSequence } from './support/in-sequence';
import { warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';
import { medianOf } from './support/statistics';

// More requests than the application can take: does logging give way, and is each request accounted for?

const APP = { name: 'orders' } as const;
const CAPACITY_ROUNDS = 7;
const CAPACITY_REQUESTS = 1_500;
const BARE_CALM_S = 10;

interface Named {
  readonly name: string;
  readonly run: OverloadRun;
}

/** Of the best round: the others were disturbed. */
async function capacityOf(bare: ServerUnderTest): Promise<number> {
  const rounds = Array.from({ length: CAPACITY_ROUNDS }, (_, round) => round);
  const measured = await inSequence(rounds, round => bare.measure(POST_ORDER, CAPACITY_REQUESTS, round));
  return Math.max(...measured.map(({ requests, elapsedMs }) => (requests / elapsedMs) * 1_000));
}

const within = (tallies: readonly Tally[], { from, to }: Step): readonly Tally[] =>
  tallies.filter(({ second }) => second > from && second <= to + 0.5);

function stepTable(runs: readonly Named[], ramp: readonly Step[]): Table {
  const rowOf = (step: Step, { name, run }: Named): readonly string[] => {
    const answered = run.seconds.answered().slice(step.from, step.to);
    const tallies = within(run.tallies, step);
    const lots = tallies.length > 1 ? recordedShares([tallies[0]!, tallies.at(-1)!]) : [];
    return [
      `${(step.share * 100).toFixed(0)} %`,
      name,
      String(step.requestsPerSecond),
      (answered.reduce((sum, [, count]) => sum + count, 0) / (step.to - step.from)).toFixed(0),
      run.seconds.p99MsOf(step.from, step.to).toFixed(0),
      medianOf(tallies.map(({ lateness }) => lateness.p99Ms)).toFixed(0),
      lots[0] ? `${(lots[0][1] * 100).toFixed(0)} %` : '–',
    ];
  };
  return {
    caption: 'The ramp, step by step',
    columns: ['of bare', 'server', 'arriving/s', 'answered/s', 'p99 ms', 'loop delay p99 ms', 'recorded'],
    rows: ramp.flatMap(step => runs.filter(({ run }) => reaches(run, step)).map(named => rowOf(step, named))),
  };
}

function reaches({ seconds }: OverloadRun, { to }: Step): boolean {
  return seconds.arrived().length >= to;
}

function plotOf(runs: readonly Named[], ramp: readonly Step[], capacity: number): Plot {
  const each = (points: (run: OverloadRun) => [number, number][]) =>
    runs.map(({ name, run }) => ({ name, points: points(run) }));
  const logging = runs.slice(1);
  return {
    file: 'overload',
    title: `Up to ${Math.round(capacity * 1.3)} requests/s, where the bare application can take ${Math.round(capacity)}`,
    xLabel: 'seconds',
    band: { ...overloadOf(ramp), label: 'more than bare can take' },
    panels: [
      {
        yLabel: 'requests/s',
        series: [
          ...each(({ seconds }) => seconds.answered()),
          {
            name: 'arriving',
            points: ramp.flatMap(
              ({ from, to, requestsPerSecond }) =>
                [
                  [from, requestsPerSecond],
                  [to, requestsPerSecond],
                ] as const,
            ),
          },
        ],
      },
      { yLabel: 'p99 ms', hasLogY: true, series: each(({ seconds }) => seconds.p99Ms().filter(([, ms]) => ms > 0)) },
      {
        yLabel: 'loop delay p99 ms',
        series: each(({ tallies }) => tallies.slice(1).map(({ second, lateness }) => [second, lateness.p99Ms])),
      },
      {
        yLabel: '% recorded',
        series: logging.map(({ name, run }) => ({
          name,
          points: recordedShares(run.tallies).map(([second, share]) => [second, share * 100] as const),
        })),
      },
      {
        yLabel: 'left out/s',
        series: logging.flatMap(({ name, run }) => [
          { name: `shed, ${name}`, points: ratesOf(run.tallies, ({ shed }) => shed) },
          { name: `lost, ${name}`, points: ratesOf(run.tallies, ({ lost }) => lost) },
        ]),
      },
    ],
  };
}

void runBench({
  name: 'overload',
  command: 'bench:overload',
  flags: {
    step: { default: 4, min: 2, max: 600, meaning: 'seconds of each step up' },
    calm: { default: 45, min: 5, max: 3_600, meaning: 'seconds of calm load at the end' },
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
      const runs = await inSequence(servers, async server => ({
        name: server.name,
        run: await runOverload(server, server.isRecording ? ramp : shortened, flags.connections),
      }));
      const [, shedding, recordingAll] = runs.map(({ run }) => run);
      return {
        tables: [stepTable(runs, ramp)],
        targets: [
          ...runs.slice(1).flatMap(({ name, run }) => judgeCounts(name, run)),
          ...judgeShedding(shedding!, recordingAll!, ramp),
        ],
        plots: [plotOf(runs, ramp, capacity)],
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
