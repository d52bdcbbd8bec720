import { expect } from 'chai';
import { ArgumentError, readFlags } from '../../bench/support/flags';

const FLAGS = {
  rounds: { default: 30, min: 5, max: 1_000, meaning: 'measured rounds' },
  requests: { default: 300, min: 50, max: 100_000, meaning: 'requests in one round' },
};

describe('flags of a bench', () => {
  it('may all be left out', () => {
    expect(readFlags('bench', FLAGS, [])).to.deep.equal({ rounds: 30, requests: 300 });
  });

  it('are taken from the command line', () => {
    expect(readFlags('bench', FLAGS, ['--rounds', '7', '--requests=100'])).to.deep.equal({ rounds: 7, requests: 100 });
  });

  for (const wrong of ['4', '1001', '0', '-5', '7.5', '1e3', 'many', '']) {
    it(`refuse ${JSON.stringify(wrong)} rounds, naming the range`, () => {
      expect(() => readFlags('bench', FLAGS, [`--rounds=${wrong}`])).to.throw(
        ArgumentError,
        `--rounds must be a whole number from 5 to 1000, got "${wrong}"`,
      );
    });
  }

  it('are told with what they mean', () => {
    expect(() => readFlags('bench:scale', FLAGS, ['--help'])).to.throw(
      ArgumentError,
      /^Usage: npm run bench:scale -- \[flags\]\n  --rounds 30  measured rounds \(5 to 1000\)/,
    );
  });

  for (const wrong of [['--round', '7'], ['--rounds'], ['7']]) {
    it(`refuse ${wrong.join(' ')}, telling the usage`, () => {
      expect(() => readFlags('bench:scale', FLAGS, wrong)).to.throw(ArgumentError, 'Usage: npm run bench:scale');
    });
  }
});
