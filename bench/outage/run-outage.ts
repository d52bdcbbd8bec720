import { POST_ORDER } from '../apps/workloads';
import { Seconds } from '../load/seconds';
import type { Lateness } from '../servers/loop-delay';
import type { ScriptedMongo } from '../servers/mongo-under-test';
import type { ServerUnderTest } from '../servers/server-under-test';
import { eachSecond } from '../support/each-second';
import { type Backlog, backlogOf } from './backlog';

/** In seconds of the load. */
export interface Timeline {
  readonly down: number;
  readonly up: number;
  readonly end: number;
}

export interface OutageRun {
  readonly seconds: Seconds;
  /** One each second, until the last record had arrived. */
  readonly backlogs: readonly Backlog[];
  /** Requests that failed. */
  readonly failed: number;
  /** Of the event loop, from the outage until the load ended. */
  readonly lateness: Lateness;
  /** At the very end: records that the server has, and how many of them were sent to it again. */
  readonly stored: number;
  readonly repeated: number;
}

/** Sends at a constant rate while the server goes away and comes back. */
export async function runOutage(
  server: ServerUnderTest,
  mongo: ScriptedMongo,
  { down, up, end }: Timeline,
  requestsPerSecond: number,
): Promise<OutageRun> {
  const seconds = new Seconds();
  const backlogs: Backlog[] = [];
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1_000;
  const sample = async (): Promise<void> => void backlogs.push(backlogOf(elapsed(), await server.health()));

  const stretches = [{ requestsPerSecond, durationMs: end * 1_000 }];
  const load = server.receive(POST_ORDER.next, { stretches, onAnswer: seconds.note });
  await eachSecond(end, async second => {
    if (second === down) {
      await mongo.child.ask('stop');
      await server.beginLoopDelay();
    }
    if (second === up) await mongo.child.ask('restart');
    await sample();
  });
  const { failed } = await load;
  const lateness = await server.endLoopDelay();
  await server.flush();
  await sample();
  return { seconds, backlogs, failed, lateness, ...(await mongo.child.ask('stored')) };
}
