import { expect } from 'chai';
import { growthEachMinute, judgeSteady } from '../../bench/soak/judge';
import type { Round } from '../../bench/soak/rounds';

const MEGABYTE = 1_000_000;

/** A look every half minute. */
function roundsOf(figures: (minute: number) => Partial<Round>): Round[] {
  return Array.from({ length: 20 }, (_, at) => {
    const held = {
      usedBytes: 30 * MEGABYTE,
      residentBytes: 100 * MEGABYTE,
      heapBytes: 50 * MEGABYTE,
      resources: 4,
      listeners: 6,
    };
    return { second: at * 30, ...held, ...figures(at / 2) };
  });
}

const missed = (rounds: readonly Round[]): string[] =>
  judgeSteady(rounds)
    .filter(({ isMet }) => !isMet)
    .map(({ name }) => name);

describe('a load that goes on', () => {
  it('misses no mark while nothing grows', () => {
    expect(missed(roundsOf(() => ({})))).to.deep.equal([]);
  });

  it('shows memory that is never given back', () => {
    const rounds = roundsOf(minute => ({ usedBytes: (30 + minute * 0.2) * MEGABYTE }));
    expect(growthEachMinute(rounds, ({ usedBytes }) => usedBytes)).to.be.closeTo(0.2, 1e-9);
    expect(missed(rounds)).to.deep.equal(['memory in use, collected: growth each minute']);
  });

  it('shows a process that grows although nothing is in use', () => {
    const rounds = roundsOf(minute => ({ residentBytes: (100 + minute) * MEGABYTE }));
    expect(missed(rounds)).to.deep.equal(['resident memory: growth each minute']);
  });

  it('shows a timer that stays', () => {
    const rounds = roundsOf(minute => ({ resources: 4 + Math.floor(minute) }));
    expect(missed(rounds)).to.deep.equal(['R20: handles and timers not given back']);
  });
});
