import { atLeast, atMost, type Target } from '../report/report';
import { overloadOf, type Step } from './ramp';
import type { OverloadRun } from './run-overload';

/** Response times that somebody who waits would notice. */
const NOTICED_MS = 500;
const RECOVERY_LIMIT_S = 45;

/** Requests of the ramp that became records, and those that were counted as shed or lost. */
export function lotsOf({ tallies }: OverloadRun) {
  const [first, last] = [tallies[0]!, tallies.at(-1)!];
  return {
    recorded: last.recorded - first.recorded,
    shed: last.shed - first.shed,
    lost: last.lost - first.lost,
    dropped: last.dropped - first.dropped,
  };
}

export function noticedSeconds({ seconds }: OverloadRun): readonly number[] {
  return seconds.p99Ms().flatMap(([second, p99Ms]) => (p99Ms > NOTICED_MS ? [second] : []));
}

/** The second in which the first request was shed; `undefined` when none was. */
export function firstShedS({ tallies }: OverloadRun): number | undefined {
  return tallies.find(({ shed }) => shed > tallies[0]!.shed)?.second;
}

/** Seconds from the end of the overload until all requests were recorded again; the rest of the run if never. */
export function recoveryS({ tallies }: OverloadRun, ramp: readonly Step[]): number {
  const { to } = overloadOf(ramp);
  const reduced = tallies.filter(({ load }) => load!.recordsOneOf > 1).at(-1);
  if (!reduced) return 0;
  const recovered = tallies.find(({ second }) => second > reduced.second);
  return Math.max(0, (recovered ?? tallies.at(-1)!).second - to);
}

/** Each request has a record or a count. */
export function judgeCounts(name: string, run: OverloadRun): Target[] {
  const { recorded, shed, lost, dropped } = lotsOf(run);
  return [
    atMost(`${name}: requests without a record or a count`, Math.abs(run.answered - recorded - shed - lost), 0, '', 0),
    atMost(
      `${name}: records neither stored nor counted as dropped`,
      Math.abs(recorded - dropped - run.stored),
      0,
      '',
      0,
    ),
    atMost(`${name}: failed requests`, run.failed, 0, '', 0),
  ];
}

/** Whether less was recorded before responses took long without it. */
function judgeStart(shedding: OverloadRun, recordingAll: OverloadRun): Target {
  const [shed, noticed] = [firstShedS(shedding), noticedSeconds(recordingAll)[0]];
  const at = (second: number | undefined): string => (second === undefined ? 'never' : `${second.toFixed(0)} s`);
  return {
    name: `with shedding: begins before responses without it take over ${NOTICED_MS} ms`,
    limit: `≤ ${at(noticed)}`,
    figure: at(shed),
    isMet: shed !== undefined && shed <= (noticed ?? Infinity),
  };
}

/** What shedding is for. */
export function judgeShedding(shedding: OverloadRun, recordingAll: OverloadRun, ramp: readonly Step[]): Target[] {
  const { shed, lost, dropped } = lotsOf(shedding);
  return [
    atLeast('with shedding: requests shed, so that there was too much to record', shed, 1, '', 0),
    atMost('with shedding: refused orders without a record', shedding.refused - shedding.storedRefusals, 0, '', 0),
    atMost('with shedding: requests and records lost for want of room', lost + dropped, 0, '', 0),
    judgeStart(shedding, recordingAll),
    atMost(
      `with shedding: seconds with a p99 over ${NOTICED_MS} ms, of those without`,
      noticedSeconds(shedding).length,
      noticedSeconds(recordingAll).length,
      's',
      0,
    ),
    atMost(
      'with shedding: everything recorded again after the overload',
      recoveryS(shedding, ramp),
      RECOVERY_LIMIT_S,
      's',
      0,
    ),
  ];
}
