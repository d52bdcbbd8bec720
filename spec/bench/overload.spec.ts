import { expect } from 'chai';
import { Seconds } from '../../bench/load/seconds';
import { dueBy } from '../../bench/load/stretches';
import { judgeCounts, judgeShedding } from '../../bench/overload/judge';
import { overloadOf, rampOf } from '../../bench/overload/ramp';
import type { OverloadRun } from '../../bench/overload/run-overload';
import { ratesOf, recordedShares, type Tally } from '../../bench/overload/tally';

const RAMP = rampOf(1_000, 2, 60);
const { to: CALM_S } = overloadOf(RAMP);

function tally(second: number, changes: Partial<Tally> = {}, recordsOneOf = 1): Tally {
  const counts = { recorded: 50, shed: 0, lost: 0, dropped: 0, pending: 0 };
  const load = { recordsOneOf, eventLoopDelayMs: 0 };
  return { second, ...counts, load, lateness: { p99Ms: 1, maxMs: 1 }, residentBytes: 0, ...changes };
}

function runOf(tallies: readonly Tally[], changes: Partial<OverloadRun> = {}): OverloadRun {
  const seconds = new Seconds();
  for (let second = 0; second < CALM_S; second++) seconds.note(second * 1_000, 5);
  const counts = { answered: 100, givenUp: 0, refused: 2, failed: 0, stored: 60, storedRefusals: 2 };
  return { seconds, tallies, ...counts, ...changes };
}

/** 60 recorded, 40 shed from the ninth second on, everything recorded again ten seconds after the overload. */
const SHEDDING = [
  tally(0),
  tally(8, { recorded: 90 }),
  tally(9, { recorded: 92, shed: 20 }, 8),
  tally(CALM_S + 5, { recorded: 100, shed: 40 }, 2),
  tally(CALM_S + 10, { recorded: 110, shed: 40 }),
];

/** The same times, and responses that take a second from the twelfth on. */
function recordingAll(): OverloadRun {
  const run = runOf([tally(0)]);
  run.seconds.note(12_000, 1_000);
  return run;
}

const missed = (targets: readonly { readonly name: string; readonly isMet: boolean }[]): string[] =>
  targets.filter(({ isMet }) => !isMet).map(({ name }) => name);

describe('stretches of load', () => {
  const stretches = [
    { requestsPerSecond: 100, durationMs: 1_000 },
    { requestsPerSecond: 10, durationMs: 2_000 },
  ];

  it('follow each other', () => {
    expect([0, 500, 1_000, 1_500, 3_000].map(ms => dueBy(stretches, ms))).to.deep.equal([0, 50, 100, 105, 120]);
  });

  it('end', () => {
    expect(dueBy(stretches, Infinity)).to.equal(120);
  });
});

describe('a ramp', () => {
  it('goes beyond what the application can take, and back to calm', () => {
    expect(RAMP.map(({ requestsPerSecond }) => requestsPerSecond)).to.deep.equal([
      400, 600, 800, 1_000, 1_150, 1_300, 800, 400,
    ]);
    expect(overloadOf(RAMP)).to.deep.equal({ from: 8, to: 14 });
    expect(RAMP.at(-1)).to.deep.include({ from: 14, to: 74, durationMs: 60_000 });
  });
});

describe('tallies', () => {
  it('become counts a second', () => {
    expect(ratesOf([tally(1, { shed: 10 }), tally(3, { shed: 50 })], ({ shed }) => shed)).to.deep.equal([[3, 20]]);
  });

  it('become shares of what was decided, and nothing where nothing was', () => {
    expect(
      recordedShares([tally(1), tally(2, { recorded: 60, shed: 20, lost: 10 }), tally(3)].slice(0, 2)),
    ).to.deep.equal([[2, 0.25]]);
    expect(recordedShares([tally(1), tally(2)])).to.deep.equal([]);
  });
});

describe('an overload that goes well', () => {
  it('misses no mark', () => {
    expect(missed(judgeCounts('a', runOf(SHEDDING)))).to.deep.equal([]);
    expect(missed(judgeShedding(runOf(SHEDDING), recordingAll(), RAMP))).to.deep.equal([]);
  });
});

describe('an overload that goes wrong', () => {
  const shedding = (changes: Partial<OverloadRun>): string[] =>
    missed(judgeShedding(runOf(SHEDDING, changes), recordingAll(), RAMP));

  it('shows a request that was neither recorded nor counted, and one that was both', () => {
    const name = 'a: requests without a record or a count';
    expect(missed(judgeCounts('a', runOf(SHEDDING, { answered: 101 })))).to.deep.equal([name]);
    expect(missed(judgeCounts('a', runOf(SHEDDING, { answered: 99 })))).to.deep.equal([name]);
  });

  it('shows a record that was not stored', () => {
    const name = 'a: records neither stored nor counted as dropped';
    expect(missed(judgeCounts('a', runOf(SHEDDING, { stored: 59 })))).to.deep.equal([name]);
  });

  it('shows a failure without a record', () => {
    expect(shedding({ storedRefusals: 1 })).to.deep.equal(['with shedding: refused orders without a record']);
  });

  it('shows that nothing was shed', () => {
    expect(shedding({ tallies: [tally(0), tally(80, { recorded: 150 })] })).to.deep.equal([
      'with shedding: requests shed, so that there was too much to record',
      'with shedding: begins before responses without it take over 500 ms',
    ]);
  });

  it('shows shedding that comes late', () => {
    const late = SHEDDING.map(each => (each.second === 9 ? { ...each, second: 13 } : each));
    expect(shedding({ tallies: late })).to.deep.equal([
      'with shedding: begins before responses without it take over 500 ms',
    ]);
  });

  it('shows that not everything is recorded again', () => {
    expect(shedding({ tallies: [...SHEDDING, tally(CALM_S + 60, { recorded: 110, shed: 40 }, 2)] })).to.deep.equal([
      'with shedding: everything recorded again after the overload',
    ]);
  });

  it('shows responses that take longer than without', () => {
    const run = runOf(SHEDDING);
    for (const second of [10, 11]) run.seconds.note(second * 1_000, 1_000);
    expect(missed(judgeShedding(run, recordingAll(), RAMP))).to.deep.equal([
      'with shedding: seconds with a p99 over 500 ms, of those without',
    ]);
  });
});

describe('requests that were given up', () => {
  it('count with the time they waited, and as not answered', () => {
    const seconds = new Seconds();
    seconds.note(100, 10);
    seconds.noteGivenUp(1_200, 5_000);
    expect(seconds.arrived()).to.deep.equal([
      [0, 1],
      [1, 1],
    ]);
    expect(seconds.answered()).to.deep.equal([[0, 1]]);
    expect(seconds.p99MsOf(1, 2)).to.equal(5_000);
  });
});
