import { POST_ORDER, REFUSED_ORDER, type RequestSource } from '../apps/workloads';
import { Seconds } from '../load/seconds';
import type { ServerUnderTest } from '../servers/server-under-test';
import { eachSecond } from '../support/each-second';
import type { Step } from './ramp';
import { type Tally, tallyOf } from './tally';

const REFUSED = 400;
const REFUSED_ONE_OF = 50;
/** Who has waited for so long to be served at all goes away; without it, an overload would never end. */
const PATIENCE_MS = 5_000;

/** How one server came through the ramp. */
export interface OverloadRun {
  readonly seconds: Seconds;
  /** One before the load, one each second, and one when everything was delivered. */
  readonly tallies: readonly Tally[];
  readonly answered: number;
  /** Requests that were never sent, because all connections were taken for too long. */
  readonly givenUp: number;
  /** Answered with 400. */
  readonly refused: number;
  /** Broken connections, and responses that are neither 200 nor 400. */
  readonly failed: number;
  /** Records that can be read again. */
  readonly stored: number;
  readonly storedRefusals: number;
}

function ordersWithRefusals(): RequestSource {
  let sent = 0;
  return () => (++sent % REFUSED_ONE_OF === 0 ? REFUSED_ORDER : POST_ORDER).next();
}

/** Sends all of the ramp to one server, and looks at it each second. */
export async function runOverload(
  server: ServerUnderTest,
  ramp: readonly Step[],
  connections: number,
): Promise<OverloadRun> {
  const seconds = new Seconds();
  const tallies: Tally[] = [];
  let [answered, givenUp, refused] = [0, 0, 0];
  const onAnswer = (arrivedMs: number, latencyMs: number, status: number): void => {
    seconds.note(arrivedMs, latencyMs);
    answered += 1;
    if (status === REFUSED) refused += 1;
  };
  const onGivenUp = (arrivedMs: number): void => {
    seconds.noteGivenUp(arrivedMs, PATIENCE_MS);
    givenUp += 1;
  };
  const start = performance.now();
  const look = async (): Promise<void> => {
    const looked = await server.look();
    tallies.push(tallyOf((performance.now() - start) / 1_000, looked));
  };

  await server.beginLoopDelay();
  await look();
  const load = server.receive(
    ordersWithRefusals(),
    { stretches: ramp, onAnswer, expected: [200, REFUSED], patienceMs: PATIENCE_MS, onGivenUp },
    connections,
  );
  await eachSecond(ramp.at(-1)!.to, async second => {
    if (second > 0) await look();
  });
  const { failed } = await load;
  await server.flush();
  await look();
  await server.endLoopDelay();
  const statuses = server.isRecording ? await server.stored() : {};
  const stored = Object.values(statuses).reduce((sum, count) => sum + count, 0) - tallies[0]!.recorded;
  return { seconds, tallies, answered, givenUp, refused, failed, stored, storedRefusals: statuses[REFUSED] ?? 0 };
}
