import { expect } from 'chai';
import { TimeSlices } from '../../src/capture/time-slices';
import { ManualTime } from '../support/manual-time';

/** Pieces of work that take an eighth of a millisecond each. */
function arrange(pieces: number) {
  const time = new ManualTime();
  const pending = { length: pieces };
  const events: string[] = [];
  const slices = new TimeSlices(
    pending,
    () => {
      pending.length--;
      time.advance(0.125);
    },
    () => events.push('idle'),
    time,
  );
  /** How much was done in each of so many turns, with something between two turns. */
  const turns = (count: number, between: () => void = () => {}) =>
    Array.from({ length: count }, () => {
      const before = pending.length;
      time.turn();
      const done = before - pending.length;
      between();
      return done;
    });
  return { time, pending, slices, events, turns };
}

describe('work in slices', () => {
  it('takes short slices while each leaves less behind', () => {
    const { slices, turns } = arrange(9);
    slices.schedule();
    expect(turns(5)).to.deep.equal([2, 2, 2, 2, 1]);
  });

  it('takes longer ones, up to 5 ms, while no less is left each time', () => {
    const { slices, turns, pending } = arrange(1_000);
    slices.schedule();
    expect(turns(8, () => (pending.length += 40))).to.deep.equal([2, 2, 4, 8, 16, 32, 40, 40]);
  });

  it('keeps their length until nothing is left', () => {
    const { slices, turns, pending } = arrange(20);
    slices.schedule();
    turns(2, () => (pending.length += 3));
    expect(turns(4)).to.deep.equal([4, 4, 4, 4]);
  });

  it('does not let a backlog stay that only just does not grow', () => {
    const { slices, turns, pending, events } = arrange(20);
    slices.schedule();
    turns(30, () => {
      pending.length += 3;
      slices.schedule();
    });
    expect(events).to.contain('idle');
  });

  it('starts with a short slice after a rest, says when it has nothing left, and how long it took', () => {
    const { slices, turns, events, pending } = arrange(8);
    slices.schedule();
    turns(2, () => (pending.length += 3));
    expect(turns(3)).to.deep.equal([4, 4, 2]);
    expect(events).to.deep.equal(['idle']);
    pending.length = 10;
    slices.schedule();
    slices.schedule();
    expect(turns(1)).to.deep.equal([2]);
    expect(slices.workMs).to.equal(2);
  });

  it('works off what has gathered at once when asked to hurry, for 5 ms, and the rest in its turn', () => {
    const { time, slices, pending, events } = arrange(50);
    slices.schedule();
    slices.hurry();
    slices.hurry();
    expect([time.tick(), pending.length, slices.workMs]).to.deep.equal([1, 10, 5]);
    slices.hurry();
    expect([time.tick(), pending.length, slices.workMs]).to.deep.equal([1, 0, 6.25]);
    expect([time.turn(), events]).to.deep.equal([1, ['idle']]);
  });
});
