import { createHash } from 'node:crypto';
import { POST_ORDER } from './apps/workloads';
import { atMost } from './report/report';
import { SCRIPTED_LABEL, type ScriptedMongo, startScriptedMongo } from './servers/mongo-under-test';
import type { Holdings } from './servers/server-process';
import type { ServerUnderTest } from './servers/server-under-test';
import { doHarm } from './soak/faults';
import { slopeOf } from './soak/slope';
import { warmUp, withServers } from './support/interleaved';
import { runBench } from './support/run-bench';
import { temporaryFolder } from './variants/temporary-folder';

// Hours in the life of an application, with faults of the server at random: what it holds must not grow. R20 of FACTS B.

const MEGABYTE = 1_000_000;
const TEN_MINUTES_S = 600;
/** What the engine compiles and keeps at first is no leak. */
const SETTLING_ROUNDS = 2;

interface Round extends Holdings {
  readonly second: number;
}

async function soak(
  server: ServerUnderTest,
  mongo: ScriptedMongo,
  { minutes, rate, seconds, seed }: Readonly<Record<'minutes' | 'rate' | 'seconds' | 'seed', number>>,
) {
  await warmUp([server], [POST_ORDER]);
  const random = chanceOf(seed);
  const faults = { stops: 0, freezes: 0 };
  const rounds: Round[] = [];
  let failed = 0;
  const start = performance.now();
  const elapsedS = (): number => (performance.now() - start) / 1_000;
  while (elapsedS() < minutes * 60) {
    const durationMs = seconds * 1_000;
    const [load] = await Promise.all([
      server.receive(POST_ORDER.next, { requestsPerSecond: rate, durationMs, onAnswer: () => {} }),
      doHarm(mongo, durationMs, random, faults),
    ]);
    failed += load.failed;
    await server.flush();
    rounds.push({ second: elapsedS(), ...(await server.holdings()) });
  }
  const { stats } = await server.health();
  const { stored, repeated } = await mongo.child.ask('stored');
  const { accepted } = Object.values(stats!.sinks)[0]!;
  const settled = rounds.slice(SETTLING_ROUNDS);
  const growth = slopeOf(settled.map(({ second, usedBytes }) => [second, usedBytes])) * (TEN_MINUTES_S / MEGABYTE);
  // A connection more or less is the driver's business; what leaks is never given back.
  const third = Math.ceil(settled.length / 3);
  const kept = (figures: readonly number[]): number =>
    Math.min(...figures.slice(-third)) - Math.min(...figures.slice(0, third));
  return {
    tables: [],
    targets: [
      atMost('R20: growth of memory in ten minutes', growth, 1, 'MB'),
      atMost('R20: handles and timers not given back', kept(settled.map(each => each.resources)), 0, '', 0),
      atMost('R20: listeners not given back', kept(settled.map(each => each.listeners)), 0, '', 0),
      atMost('failed requests', failed, 0, '', 0),
      atMost('records accepted and not stored', accepted - stored, 0, '', 0),
    ],
    plots: [],
    notes: [
      `${rate} requests/s for ${minutes} minutes, seed ${seed}; the server is a ${SCRIPTED_LABEL}. ` +
        `It was stopped ${faults.stops} times and frozen ${faults.freezes} times, for up to 6 s.`,
      `${accepted} records: ${stored} stored, ${repeated} sent again and recognised by their ids; in use at the end ` +
        `${(rounds.at(-1)!.usedBytes / MEGABYTE).toFixed(1)} MB, after the first round ` +
        `${(rounds[0]!.usedBytes / MEGABYTE).toFixed(1)} MB.`,
    ],
    figures: { rounds, faults },
  };
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

void runBench({
  name: 'soak',
  command: 'bench:soak',
  flags: {
    minutes: { default: 30, min: 1, max: 100_000, meaning: 'minutes in all' },
    rate: { default: 1_000, min: 1, max: 100_000, meaning: 'requests a second' },
    seconds: { default: 30, min: 5, max: 3_600, meaning: 'seconds of load between two looks at what is held' },
    seed: { default: 1, min: 0, max: 999_999_999, meaning: 'of the faults' },
  },
  run: async flags => {
    const mongo = await startScriptedMongo();
    const folder = await temporaryFolder();
    const spool = { directory: folder.path, maxBytes: 1_000 * MEGABYTE, mode: 'overflow' };
    const logging = { delivery: { spool } };
    try {
      return await withServers(
        [{ variant: 'mongo sink', app: { name: 'orders' }, mongoUrl: mongo.url, logging }],
        ([server]) => soak(server!, mongo, flags),
      );
    } finally {
      mongo.child.thaw();
      await mongo.child.close();
      await folder.remove();
    }
  },
});
