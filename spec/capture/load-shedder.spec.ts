import { expect } from 'chai';
import { LoadShedder } from '../../src/capture/load-shedder';
import type { LoggingError } from '../../src';
import { Reporter } from '../../src/reporter';
import { ManualTime } from '../support/manual-time';

interface Situation {
  readonly delayMs: number | undefined;
  /** Time that records take in half a second. */
  readonly workMs: number;
  readonly backlog?: number;
  readonly exchanges?: number;
}

function arrange() {
  const time = new ManualTime();
  const reports: LoggingError[] = [];
  const reporter = new Reporter(
    error => reports.push(error),
    () => {},
    () => time.now(),
  );
  const work = { ms: 0, fill: 0 };
  const shedder = new LoadShedder(
    { maxEventLoopDelayMs: 50 },
    { reporter, time, work: { spentMs: () => work.ms, backlog: () => work.fill } },
  );
  shedder.share();
  /** What is recorded after so many half seconds, in which records took that much time. */
  const after = (halfSeconds: number, { delayMs, workMs, backlog = 0, exchanges = 50 }: Situation) => {
    time.delayMs = delayMs;
    work.fill = backlog;
    return Array.from({ length: halfSeconds }, () => {
      time.advance(499);
      work.ms += workMs;
      for (let exchange = 1; exchange < exchanges; exchange++) shedder.share();
      time.advance(1);
      return 1 / shedder.share();
    });
  };
  return { time, reports, shedder, after };
}

const LATE = { delayMs: 80, workMs: 200 };
const CALM = { delayMs: 10, workMs: 5 };

describe('shedding load', () => {
  it('halves what is recorded each half second that the loop stays late, down to one of 64', () => {
    const { after } = arrange();
    expect(after(9, LATE)).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 64, 64]);
  });

  it('looks at the loop no more often than that, and not before the first request', () => {
    const { time, shedder } = arrange();
    expect(time.isWatched).to.equal(true);
    time.delayMs = 80;
    time.advance(499);
    expect(shedder.share()).to.equal(1);
    expect(shedder.state.eventLoopDelayMs).to.equal(null);
    shedder.stop();
    expect(time.isWatched).to.equal(false);

    const untouched = new ManualTime();
    void new LoadShedder(
      { maxEventLoopDelayMs: 50 },
      { reporter: new Reporter(() => {}), time: untouched, work: { spentMs: () => 0, backlog: () => 0 } },
    );
    expect(untouched.isWatched).to.equal(false);
  });

  it('records twice as much again after each five seconds with a loop well in time', () => {
    const { after } = arrange();
    after(4, LATE);
    const recovering = after(30, CALM);
    expect(recovering.slice(8, 11)).to.deep.equal([8, 4, 4]);
    expect(recovering.slice(18, 21)).to.deep.equal([4, 2, 2]);
    expect(recovering.slice(28)).to.deep.equal([2, 1]);
  });

  it('recovers over a pause without requests as if they had come', () => {
    const { after, time, shedder } = arrange();
    after(7, LATE);
    time.delayMs = 1;
    time.advance(15_000);
    expect(1 / shedder.share()).to.equal(8);
  });

  it('holds what it has between half the limit and the limit, and counts calm seconds anew after that', () => {
    const { after } = arrange();
    after(3, LATE);
    after(9, CALM);
    expect(after(1, { delayMs: 30, workMs: 5 })).to.deep.equal([4]);
    expect(after(10, CALM)).to.deep.equal([4, 4, 4, 4, 4, 4, 4, 4, 4, 2]);
  });

  it('records all while records are not what makes the loop late', () => {
    const { after, shedder } = arrange();
    expect(after(3, { delayMs: 900, workMs: 25 })).to.deep.equal([1, 1, 1]);
    expect(shedder.state).to.deep.equal({ recordsOneOf: 1, eventLoopDelayMs: 900 });
  });

  it('records less while exchanges pile up, whatever else goes on', () => {
    const { after, reports } = arrange();
    expect(after(3, { delayMs: 0, workMs: 0, backlog: 0.6 })).to.deep.equal([2, 4, 8]);
    expect(after(20, { delayMs: 0, workMs: 0, backlog: 0.3 })).to.deep.equal(Array(20).fill(8));
    expect(after(10, { delayMs: 0, workMs: 0, backlog: 0.2 }).at(-1)).to.equal(4);
    expect(reports[0]!.message).to.contain('Requests end faster than records can be made of them, so one of 2 ');
  });

  it('takes a single late half second, and one with few requests, for no load', () => {
    const { after } = arrange();
    expect(after(1, LATE)).to.deep.equal([1]);
    after(1, CALM);
    expect(after(1, LATE)).to.deep.equal([1]);
    after(1, CALM);
    expect(after(5, { ...LATE, exchanges: 40 })).to.deep.equal([1, 1, 1, 1, 1]);
  });

  it('does not wait for a second look when the loop is four times too late', () => {
    const veryLate = { ...LATE, delayMs: 201 };
    expect(arrange().after(3, veryLate)).to.deep.equal([2, 4, 8]);
    expect(arrange().after(2, { ...LATE, delayMs: 200 })).to.deep.equal([1, 2]);
    expect(arrange().after(2, { ...veryLate, exchanges: 40 })).to.deep.equal([1, 1]);
    expect(arrange().after(2, { ...veryLate, workMs: 20 })).to.deep.equal([1, 1]);
  });

  it('waits for a measurement when there is none', () => {
    const { after } = arrange();
    expect(after(2, { delayMs: undefined, workMs: 200 })).to.deep.equal([1, 1]);
  });

  it('tells it at most once a minute', () => {
    const { after, reports } = arrange();
    after(7, LATE);
    expect(reports.map(({ code }) => code)).to.deep.equal(['LOAD_SHED']);
    expect(reports[0]!.message).to.contain(
      'The event loop is 80 ms late (loadShedding.maxEventLoopDelayMs is 50), so one of 2 successful requests is recorded.',
    );
    after(120, CALM);
    after(2, LATE);
    expect(reports).to.have.length(2);
  });
});
