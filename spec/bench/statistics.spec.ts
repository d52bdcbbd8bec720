import { expect } from 'chai';
import { medianOf, orderInRound, pairedByRound, spreadOf } from '../../bench/support/statistics';

describe('statistics of the bench', () => {
  it('take the middle value as the median, whatever the order', () => {
    expect(medianOf([9, 1, 5])).to.equal(5);
  });

  it('take the mean of the two middle values of an even number', () => {
    expect(medianOf([4, 1, 3, 2])).to.equal(2.5);
  });

  it('interpolate quartiles between values', () => {
    expect(spreadOf([1, 2, 3, 4])).to.deep.equal({ lowerQuartile: 1.75, median: 2.5, upperQuartile: 3.25 });
  });

  it('sort by number, not by text, and leave the values as they came', () => {
    const values = [100, 9, 20];
    expect(medianOf(values)).to.equal(20);
    expect(values).to.deep.equal([100, 9, 20]);
  });

  it('describe a single value by itself', () => {
    expect(spreadOf([7])).to.deep.equal({ lowerQuartile: 7, median: 7, upperQuartile: 7 });
  });

  it('refuse to describe nothing', () => {
    expect(() => medianOf([])).to.throw(RangeError, 'no values');
  });
});

describe('pairs of the bench', () => {
  const added = (own: { cost: number }, base: { cost: number }) => own.cost - base.cost;

  it('join measurements of one round, whatever their order', () => {
    const measured = [
      { round: 0, cost: 15 },
      { round: 1, cost: 27 },
    ];
    const baseline = [
      { round: 1, cost: 20 },
      { round: 0, cost: 10 },
    ];
    expect(pairedByRound(measured, baseline, added)).to.deep.equal([5, 7]);
  });

  it('keep a disturbance that hits a whole round out of the difference', () => {
    const measured = [1, 2, 50].map((disturbance, round) => ({ round, cost: disturbance + 8 }));
    const baseline = [1, 2, 50].map((disturbance, round) => ({ round, cost: disturbance }));
    expect(pairedByRound(measured, baseline, added)).to.deep.equal([8, 8, 8]);
  });

  it('are refused when a round has no baseline, or two', () => {
    const measured = [{ round: 3, cost: 1 }];
    expect(() => pairedByRound(measured, [], added)).to.throw(RangeError, 'Round 3 has 0 baseline');
    expect(() => pairedByRound(measured, [...measured, ...measured], added)).to.throw(RangeError, 'has 2 baseline');
  });
});

describe('rounds of the bench', () => {
  it('go there and back again, and begin with each in turn', () => {
    const order = [0, 1, 2, 3, 4, 5, 6].map(round => orderInRound(['a', 'b', 'c'], round).join(''));
    expect(order).to.deep.equal(['abc', 'cba', 'bca', 'acb', 'cab', 'bac', 'abc']);
  });
});
