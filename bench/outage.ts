import { POST_ORDER } from './apps/workloads';
import { Seconds } from './load/seconds';
import {
  type Baseline,
  drainSeconds,
  judgeHealthy,
  judgeLatency,
  judgeMemoryOnly,
  judgeSpooled,
  residentGrowth,
} from './outage/judge';
import { type OutageRun, runOutage, type Timeline } from './outage/run-outage';
import { compareAll } from './report/comparison';
import { costTable } from './report/cost-table';
import type { Plot } from './report/report';
import { SCRIPTED_LABEL, type ScriptedMongo, startScriptedMongo } from './servers/mongo-under-test';
import type { ServerSettings } from './servers/server-process';
import type { ServerUnderTest } from './servers/server-under-test';
import { inRounds, recordTarget, warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';
import { BASELINE } from './variants/variants';
import { temporaryFolder } from './variants/temporary-folder';

// The application under constant load while the server of the MongoDB sink is away. The pass marks are R3 to R6 of
// docs/reliability.md.

const APP = { name: 'orders' } as const;
const MEGABYTE = 1_000_000;
const QUEUE_BYTES = 32 * 1_048_576;
const HEALTHY_ROUNDS = 15;
const HEALTHY_REQUESTS = 500;
/** Above it a server on two cores has nothing left for the load and for the server of the sink. */
const MOST_LOAD = 0.5;

interface Spool {
  readonly directory: string;
  readonly maxBytes: number;
  readonly mode: 'overflow';
}

function loggingOf(spool: Spool | undefined): object {
  return {
    delivery: { maxQueueRecords: 1_000_000, maxQueueBytes: QUEUE_BYTES, ...(spool && { spool }) },
  };
}

async function measureBaseline(server: ServerUnderTest, seconds: number, requestsPerSecond: number): Promise<Baseline> {
  const noted = new Seconds();
  await server.beginLoopDelay();
  const stretches = [{ requestsPerSecond, durationMs: seconds * 1_000 }];
  await server.receive(POST_ORDER.next, { stretches, onAnswer: noted.note });
  return { p99Ms: noted.p99MsOf(0, seconds), lateness: await server.endLoopDelay() };
}

function plotOf(run: OutageRun, { down, up, end }: Timeline, file: string, title: string): Plot {
  const figures = (name: string, figure: (backlog: OutageRun['backlogs'][number]) => number) => ({
    name,
    points: run.backlogs.map(backlog => [backlog.second, figure(backlog)] as const),
  });
  return {
    file,
    title,
    xLabel: 'seconds',
    band: { from: down, to: up, label: 'server away' },
    panels: [
      { yLabel: 'requests/s', series: [{ name: 'answered', points: run.seconds.answered().slice(0, end) }] },
      { yLabel: 'p99 ms', series: [{ name: 'p99', points: run.seconds.p99Ms().slice(0, end) }] },
      {
        yLabel: 'records',
        series: [
          figures('in memory', ({ queued }) => queued),
          figures('in the spool', ({ spooled }) => spooled),
          figures('dropped so far', ({ dropped }) => dropped),
        ],
      },
      {
        yLabel: 'MB',
        series: [
          figures('process', ({ residentBytes }) => residentBytes / MEGABYTE),
          figures('queue', ({ queuedBytes }) => queuedBytes / MEGABYTE),
          figures('spool', ({ spooledBytes }) => spooledBytes / MEGABYTE),
        ],
      },
    ],
  };
}

async function measure(
  [bare, ours]: readonly ServerUnderTest[],
  mongo: ScriptedMongo,
  isSpooling: boolean,
  flags: { readonly rate: number; readonly healthy: number; readonly outage: number; readonly recovery: number },
) {
  const servers = [bare!, ours!];
  await warmUp(servers, [POST_ORDER]);
  const measurements = await inRounds(servers, [POST_ORDER], HEALTHY_ROUNDS, (server, workload, round) =>
    server.measure(workload, HEALTHY_REQUESTS, round),
  );
  const comparisons = compareAll(measurements, POST_ORDER.name, BASELINE);
  const rate = Math.min(flags.rate, Math.round(comparisons[1]!.requestsPerSecond * MOST_LOAD));
  const timeline = {
    down: flags.healthy,
    up: flags.healthy + flags.outage,
    end: flags.healthy + flags.outage + flags.recovery,
  };
  const baseline = await measureBaseline(bare!, flags.healthy, rate);
  const run = await runOutage(ours!, mongo, timeline, rate);
  const { accepted, dropped, shed } = run.backlogs.at(-1)!;
  const mode = isSpooling ? 'with a spool' : 'memory only';
  return {
    tables: [costTable('POST /orders while all is well', comparisons)],
    targets: [
      ...(isSpooling ? judgeSpooled(run, timeline) : judgeMemoryOnly(run, timeline)),
      ...judgeLatency(run, timeline, baseline),
      ...judgeHealthy(comparisons[1]!),
      recordTarget(servers, measurements),
    ],
    plots: [
      plotOf(
        run,
        timeline,
        isSpooling ? 'outage' : 'outage-memory-only',
        `An outage of ${flags.outage} s at ${rate} requests/s, ${mode}`,
      ),
    ],
    notes: [
      `${rate} requests/s${rate < flags.rate ? `, half of what this machine carries ${mode}, instead of ${flags.rate}` : ''}; ` +
        `the server is a ${SCRIPTED_LABEL}.`,
      `p99 of the application: bare ${baseline.p99Ms.toFixed(2)} ms, before the outage ` +
        `${run.seconds.p99MsOf(0, timeline.down).toFixed(2)} ms, during it ` +
        `${run.seconds.p99MsOf(timeline.down, timeline.up).toFixed(2)} ms, after it ` +
        `${run.seconds.p99MsOf(timeline.up, timeline.end).toFixed(2)} ms.`,
      `${accepted} records: ${run.stored} stored, ${dropped} dropped; ${run.repeated} sent again and recognised by their ids. ` +
        `${shed} more never became records.`,
      `Memory grew by ${residentGrowth(run, timeline).toFixed(1)} MiB, the backlog was gone ` +
        `${drainSeconds(run, timeline).toFixed(1)} s after the outage.`,
    ],
    figures: { measurements, baseline, ...run, answered: run.seconds.answered(), p99Ms: run.seconds.p99Ms() },
  };
}

void runBench({
  name: process.argv.some(argument => argument.startsWith('--spool-mb')) ? 'outage' : 'outage-memory-only',
  command: 'bench:outage',
  flags: {
    rate: {
      default: 2_000,
      min: 10,
      max: 100_000,
      meaning: 'requests a second; at most half of what the machine carries',
    },
    healthy: { default: 20, min: 5, max: 600, meaning: 'seconds before the outage' },
    outage: { default: 60, min: 2, max: 3_600, meaning: 'seconds without the server' },
    recovery: { default: 60, min: 5, max: 3_600, meaning: 'seconds of load after it' },
    'spool-mb': { default: 0, min: 0, max: 100_000, meaning: 'size of the spool in MB; 0: no spool' },
  },
  run: async flags => {
    const isSpooling = flags['spool-mb'] > 0;
    const mongo = await startScriptedMongo();
    const folder = await temporaryFolder();
    const spool = { directory: folder.path, maxBytes: flags['spool-mb'] * MEGABYTE, mode: 'overflow' } as const;
    const settings: ServerSettings[] = [
      { variant: 'bare', app: APP },
      { variant: 'mongo sink', app: APP, mongoUrl: mongo.url, logging: loggingOf(isSpooling ? spool : undefined) },
    ];
    try {
      return await withServers(settings, servers => measure(servers, mongo, isSpooling, flags));
    } finally {
      await mongo.child.close();
      await folder.remove();
    }
  },
});
