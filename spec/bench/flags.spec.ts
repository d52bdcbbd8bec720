import { expect } from 'chai';
import { ArgumentError, readArguments } from '../../bench/support/bench-arguments';

describe('arguments of the bench', () => {
  it('may all be left out', () => {
    expect(readArguments([])).to.deep.equal({ rounds: 60, requests: 100, jsonFile: undefined });
  });

  it('set rounds, requests and the file of raw figures', () => {
    const given = readArguments(['--rounds', '7', '--requests=100', '--json', 'figures.json']);
    expect(given).to.deep.equal({ rounds: 7, requests: 100, jsonFile: 'figures.json' });
  });

  for (const wrong of ['4', '0', '-5', '7.5', '1e3', 'many', '']) {
    it(`refuse ${JSON.stringify(wrong)} rounds, naming the range`, () => {
      expect(() => readArguments([`--rounds=${wrong}`])).to.throw(
        ArgumentError,
        `--rounds must be a whole number from 5 to 1000, got "${wrong}"`,
      );
    });
  }

  for (const wrong of [['--round', '7'], ['--rounds'], ['7'], ['--json=']]) {
    it(`refuse ${wrong.join(' ')}, telling the usage`, () => {
      expect(() => readArguments(wrong)).to.throw(ArgumentError, 'Usage: npm run bench');
    });
  }
});
