import { expect } from 'chai';
import { generatedRequests } from '../../bench/apps/generated-app';

function pathsOf(routes: number, requests: number): string[] {
  const next = generatedRequests({ name: 'generated', routes, classes: 10, isMarked: true });
  return Array.from({ length: requests }, () => next().toString().split(' ')[1]!);
}

describe('requests of a generated application', () => {
  for (const routes of [1, 10, 100, 2_000]) {
    it(`visit all of ${routes} routes before the first one again`, () => {
      const paths = pathsOf(routes, routes + 1);
      expect(new Set(paths).size).to.equal(routes);
      expect(paths.at(-1)).to.equal(paths[0]);
    });
  }

  it('are spread over early and late routes at any time', () => {
    const numbers = pathsOf(2_000, 450).map(path => Number(/controller(\d+)/.exec(path)?.[1]) * 10);
    for (const from of [0, 150, 300]) {
      const window = numbers.slice(from, from + 150);
      const mean = window.reduce((sum, number) => sum + number, 0) / window.length;
      expect(mean).to.be.within(950, 1_050);
    }
  });
});
