import { expect } from 'chai';
import { longestTurn } from '../../bench/servers/longest-turn';

const piece = (startMs: number, endMs: number, waitedMs = 0) => ({ startMs, endMs, waitedMs });

describe('the longest turn that was not the application’s', () => {
  it('is the longest of all', () => {
    expect(longestTurn([piece(0, 2), piece(10, 17), piece(20, 23)], [])).to.deep.equal({ ms: 7, collectionMs: 0 });
  });

  it('leaves out what the thread waited for a core', () => {
    expect(longestTurn([piece(0, 20, 17), piece(30, 34)], []).ms).to.equal(4);
  });

  it('tells how much of it was collection of garbage, and of no other turn', () => {
    const collections = [
      { startMs: 1, endMs: 9 },
      { startMs: 12, endMs: 14 },
      { startMs: 18, endMs: 40 },
    ];
    expect(longestTurn([piece(2, 4), piece(10, 20)], collections)).to.deep.equal({ ms: 10, collectionMs: 4 });
  });

  it('is none where the application took all turns', () => {
    expect(longestTurn([], [])).to.deep.equal({ ms: 0, collectionMs: 0 });
  });
});
