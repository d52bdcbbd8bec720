import { expect } from 'chai';
import { TimeSlices } from '../../src/capture/time-slices';
import { ManualTime } from '../support/manual-time';

/** Pieces of work that take a millisecond each. */
function arrange(pieces: number) {
  const time = new ManualTime();
  const pending = { length: pieces };
  const events: string[] = [];
  const slices = new TimeSlices(
    pending,
    () => {
      pending.length--;
      time.advance(1);
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
  it('takes longer slices up to 5 ms while nobody else has work', () => {
    const { slices, turns } = arrange(100);
    slices.schedule();
    expect(turns(5)).to.deep.equal([1, 2, 4, 5, 5]);
  });

  it('stays at 1 ms while others have work and it does not pile up', () => {
    const { slices, turns, time } = arrange(100);
    slices.schedule();
    expect(turns(4, () => time.advance(10))).to.deep.equal([1, 1, 1, 1]);
  });

  it('takes longer slices when it piles up, whoever else has work, and shorter ones again after that', () => {
    const { slices, turns, time, pending } = arrange(100);
    slices.schedule();
    const arriving = () => {
      time.advance(10);
      pending.length += 8;
    };
    expect(turns(4, arriving)).to.deep.equal([1, 2, 4, 5]);
    expect(turns(1)).to.deep.equal([5]);
    time.advance(10);
    expect(turns(3, () => time.advance(10))).to.deep.equal([3, 2, 1]);
  });

  it('starts with a short slice after a rest, says when it has nothing left, and how long it took', () => {
    const { slices, turns, events, pending } = arrange(7);
    slices.schedule();
    expect(turns(3)).to.deep.equal([1, 2, 4]);
    expect(events).to.deep.equal(['idle']);
    pending.length = 10;
    slices.schedule();
    slices.schedule();
    expect(turns(1)).to.deep.equal([1]);
    expect(slices.workMs).to.equal(8);
  });
});
