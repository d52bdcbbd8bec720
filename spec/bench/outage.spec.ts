import { expect } from 'chai';
import { Seconds } from '../../bench/load/seconds';
import type { Backlog } from '../../bench/outage/backlog';
import { drainSeconds, judgeLatency, judgeMemoryOnly, judgeSpooled, residentGrowth } from '../../bench/outage/judge';
import type { OutageRun } from '../../bench/outage/run-outage';

const MEBIBYTE = 1_048_576;
const TIMELINE = { down: 2, up: 4, end: 8 };
const LATENESS = { p99Ms: 3, maxMs: 8 };

function backlog(second: number, changes: Partial<Backlog> = {}): Backlog {
  const idle = { queued: 10, queuedBytes: 0, spooled: 0, spooledBytes: 0, dropped: 0, shed: 0 };
  return { second, accepted: 1_000, ...idle, residentBytes: 100 * MEBIBYTE, ...changes };
}

/** Two healthy seconds, two without the server, and a backlog that is gone in the sixth. */
function runOf(changes: Partial<OutageRun> = {}): OutageRun {
  const seconds = new Seconds();
  for (let second = 0; second < TIMELINE.end; second++) seconds.note(second * 1_000, 5);
  const waiting = [10, 10, 200, 400, 300, 100, 10, 10];
  const backlogs = waiting.map((queued, second) =>
    backlog(second, { queued, residentBytes: (100 + queued / 10) * MEBIBYTE }),
  );
  return { seconds, backlogs, failed: 0, lateness: LATENESS, stored: 1_000, repeated: 0, ...changes };
}

const missed = (targets: readonly { readonly name: string; readonly isMet: boolean }[]): string[] =>
  targets.filter(({ isMet }) => !isMet).map(({ name }) => name);

describe('an outage that goes well', () => {
  it('misses no mark with a spool', () => {
    expect(missed(judgeSpooled(runOf(), TIMELINE))).to.deep.equal([]);
  });

  it('shows how long the backlog took and how far memory grew', () => {
    expect(drainSeconds(runOf(), TIMELINE)).to.equal(2);
    expect(residentGrowth(runOf(), TIMELINE)).to.be.closeTo(39, 0.001);
  });

  it('adds nothing to the response times of the bare application', () => {
    expect(missed(judgeLatency(runOf(), TIMELINE, { p99Ms: 5, lateness: LATENESS }))).to.deep.equal([]);
  });
});

describe('an outage that goes wrong', () => {
  it('shows each lost record', () => {
    expect(missed(judgeSpooled(runOf({ stored: 999 }), TIMELINE))).to.deep.equal(['R3: records lost']);
  });

  it('shows requests that failed', () => {
    expect(missed(judgeSpooled(runOf({ failed: 1 }), TIMELINE))).to.deep.equal(['R3: failed requests']);
  });

  it('shows a backlog that never goes', () => {
    const backlogs = [...runOf().backlogs.slice(0, 5), backlog(90, { queued: 50 })];
    expect(missed(judgeSpooled(runOf({ backlogs }), TIMELINE))).to.deep.equal([
      'R3: backlog gone after the outage, under load',
    ]);
  });

  it('shows slow responses', () => {
    const run = runOf();
    run.seconds.note(5_000, 50);
    expect(missed(judgeLatency(run, TIMELINE, { p99Ms: 5, lateness: LATENESS }))).to.deep.equal([
      'R5: added p99 of the application',
    ]);
  });
});

describe('an outage without a spool', () => {
  const dropping = (stored: number, dropped: number): OutageRun =>
    runOf({ stored, backlogs: [...runOf().backlogs, backlog(9, { dropped })] });

  it('may drop records, as long as each is counted', () => {
    expect(missed(judgeMemoryOnly(dropping(900, 100), TIMELINE))).to.deep.equal([]);
  });

  it('shows a record that is neither stored nor counted, and one that is both', () => {
    const name = 'R4: records missing that were not counted';
    expect(missed(judgeMemoryOnly(dropping(899, 100), TIMELINE))).to.deep.equal([name]);
    expect(missed(judgeMemoryOnly(dropping(901, 100), TIMELINE))).to.deep.equal([name]);
  });

  it('proves nothing when the queue was never full', () => {
    expect(missed(judgeMemoryOnly(dropping(1_000, 0), TIMELINE))).to.have.length(1);
  });
});

describe('the seconds of a load', () => {
  it('hold what arrived in them, whenever it was answered', () => {
    const seconds = new Seconds();
    seconds.note(900, 5_000);
    seconds.note(2_100, 10);
    expect(seconds.arrived()).to.deep.equal([
      [0, 1],
      [1, 0],
      [2, 1],
    ]);
    expect(seconds.answered().slice(2)).to.deep.equal([
      [2, 1],
      [3, 0],
      [4, 0],
      [5, 1],
    ]);
    expect(seconds.p99Ms()[0]).to.deep.equal([0, 5_000]);
    expect(seconds.p99MsOf(1, 3)).to.equal(10);
  });
});
