import { atMost, type Target } from '../report/report';
import type { Round } from './rounds';
import { slopeOf } from './slope';

const MEGABYTE = 1_000_000;
const MINUTE_S = 60;

/** Growth by the straight line through all rounds, in megabytes a minute. */
export function growthEachMinute(rounds: readonly Round[], bytes: (round: Round) => number): number {
  return slopeOf(rounds.map(round => [round.second, bytes(round)])) * (MINUTE_S / MEGABYTE);
}

/** A connection more or less is the driver's business; what leaks is never given back. */
function kept(figures: readonly number[]): number {
  const third = Math.ceil(figures.length / 3);
  return Math.min(...figures.slice(-third)) - Math.min(...figures.slice(0, third));
}

/** R20 of docs/reliability.md. @param rounds without those in which the engine still compiles and settles */
export function judgeSoak(rounds: readonly Round[]): Target[] {
  return [
    atMost('R20: growth of memory in ten minutes', growthEachMinute(rounds, each => each.usedBytes) * 10, 1, 'MB'),
    ...judgeKept(rounds),
  ];
}

/** Without faults the process as a whole is steady too: with them, its size is that of the longest backlog. */
export function judgeSteady(rounds: readonly Round[]): Target[] {
  return [
    atMost(
      'memory in use, collected: growth each minute',
      growthEachMinute(rounds, each => each.usedBytes),
      0.1,
      'MB',
    ),
    atMost(
      'resident memory: growth each minute',
      growthEachMinute(rounds, each => each.residentBytes),
      0.5,
      'MB',
    ),
    ...judgeKept(rounds),
  ];
}

function judgeKept(rounds: readonly Round[]): Target[] {
  return [
    atMost('R20: handles and timers not given back', kept(rounds.map(each => each.resources)), 0, '', 0),
    atMost('R20: listeners not given back', kept(rounds.map(each => each.listeners)), 0, '', 0),
  ];
}
