import { expect } from 'chai';
import { compareAll } from '../../bench/report/comparison';
import { costTable } from '../../bench/report/cost-table';
import type { Measurement } from '../../bench/report/measurement';
import { atLeast, atMost, type Report } from '../../bench/report/report';
import { reportText, tableText } from '../../bench/report/report-text';

function measurement(variant: string, round: number, cpuMicros: number): Measurement {
  return {
    workload: 'GET /orders',
    variant,
    round,
    requests: 10,
    elapsedMs: 8,
    flushMs: 2,
    cpuMicros,
    mainThreadMicros: cpuMicros / 2,
    loopDelayP99Ms: 1,
    records: variant === 'bare' ? 0 : 10,
  };
}

const MEASUREMENTS = [0, 1, 2].flatMap(round => [
  measurement('bare', round, 1_000 * (round + 1)),
  measurement('logged', round, 1_000 * (round + 1) + 500),
]);

describe('a comparison of variants', () => {
  const [bare, logged] = compareAll(MEASUREMENTS, 'GET /orders', 'bare');

  it('sets each round against the same round of the baseline', () => {
    expect(logged?.addedMicros).to.deep.equal({ lowerQuartile: 50, median: 50, upperQuartile: 50 });
    expect(logged?.addedMainThreadMicros?.median).to.equal(25);
    expect(logged?.relativeCpu?.median).to.equal(1.25);
  });

  it('adds nothing to the baseline itself', () => {
    expect(bare?.addedMicros).to.equal(undefined);
    expect(bare?.cpuMicros).to.equal(200);
  });

  it('counts the wait for pending records as time that the requests took', () => {
    expect(logged?.requestsPerSecond).to.equal(1_000);
  });

  it('leaves other workloads out', () => {
    expect(compareAll(MEASUREMENTS, 'POST /orders', 'bare')).to.deep.equal([]);
  });

  it('tells nothing of the main thread where the system does not', () => {
    const untold = MEASUREMENTS.map(each => ({ ...each, mainThreadMicros: null }));
    expect(compareAll(untold, 'GET /orders', 'bare')[1]?.addedMainThreadMicros).to.equal(undefined);
  });

  it('becomes a line a variant', () => {
    const { rows } = costTable('GET /orders', compareAll(MEASUREMENTS, 'GET /orders', 'bare'));
    expect(rows.map(cells => cells.slice(0, 3))).to.deep.equal([
      ['bare', '200.0', '–'],
      ['logged', '250.0', '50.0'],
    ]);
  });
});

describe('targets', () => {
  it('are met at the limit itself', () => {
    expect(atMost('cost', 0.5, 0.5)).to.deep.equal({ name: 'cost', limit: '≤ 0.50', figure: '0.50', isMet: true });
    expect(atLeast('rate', 0.9, 0.9).isMet).to.equal(true);
  });

  it('are judged by the figure, not by its rounded text', () => {
    expect(atMost('cost', 0.504, 0.5)).to.include({ figure: '0.50', isMet: false });
  });

  it('name their unit', () => {
    expect(atMost('delay', 4, 5, 'ms', 1)).to.include({ limit: '≤ 5.0 ms', figure: '4.0 ms' });
  });
});

describe('a report as text', () => {
  const table = {
    caption: 'Cost',
    columns: ['variant', 'µs'],
    rows: [
      ['bare', '9.5'],
      ['a longer name', '10.5'],
    ],
  };

  it('aligns names to the left and figures to the right', () => {
    expect(tableText(table)).to.equal(
      ['Cost', 'variant          µs', 'bare            9.5', 'a longer name  10.5'].join('\n'),
    );
  });

  it('ends with whether the targets are met', () => {
    const targets = [atMost('cost', 2, 1), atMost('delay', 1, 2)];
    const report: Report = {
      name: 'x',
      command: 'npm run x',
      machine: 'a machine',
      tables: [table],
      targets,
      plots: [],
      notes: [],
    };
    expect(reportText(report)).to.match(/cost +≤ 1\.00 +2\.00 +missed\ndelay +≤ 2\.00 +1\.00 +met/);
  });
});
