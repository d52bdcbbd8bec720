import { expect } from 'chai';
import { linearAxis, logAxis } from '../../bench/report/axis';
import { plotSvg } from '../../bench/report/plot-svg';
import type { Plot } from '../../bench/report/report';

describe('axes of a plot', () => {
  it('have ticks at round values, over all that is shown', () => {
    expect(linearAxis([3, 97], 0, 100, { fromZero: true }).ticks).to.deep.equal([0, 50, 100]);
    expect(linearAxis([0.1, 0.32], 0, 100, { fromZero: true }).ticks).to.deep.equal([0, 0.1, 0.2, 0.3, 0.4]);
  });

  it('put the lowest value at the start and the highest at the end', () => {
    const { place } = linearAxis([10, 30], 64, 744);
    expect([10, 20, 30].map(place)).to.deep.equal([64, 404, 744]);
  });

  it('run downwards where the page does', () => {
    const { place } = linearAxis([0, 100], 200, 100, { fromZero: true });
    expect([0, 100].map(place)).to.deep.equal([200, 100]);
  });

  it('show equal values without dividing by nothing', () => {
    expect(linearAxis([5, 5], 0, 100).place(5)).to.equal(0);
    expect(linearAxis([0, 0], 0, 100, { fromZero: true }).place(0)).to.equal(0);
  });

  it('put powers of ten at equal distances when logarithmic', () => {
    const { place, ticks } = logAxis([0.1, 1_000], 0, 400);
    expect(ticks).to.deep.equal([0.1, 1, 10, 100, 1_000]);
    expect(ticks.map(place).map(Math.round)).to.deep.equal([0, 100, 200, 300, 400]);
  });
});

const PLOT: Plot = {
  file: 'outage',
  title: 'Before & after <60 s>',
  xLabel: 's',
  band: { from: 10, to: 20, label: 'server down' },
  panels: [
    {
      yLabel: 'requests/s',
      series: [
        {
          name: 'answered',
          points: [
            [0, 0],
            [30, 100],
          ],
        },
      ],
    },
    { yLabel: 'MB', series: ['queue', 'spool'].map(name => ({ name, points: [[0, 1] as const, [30, 2] as const] })) },
  ],
};

describe('a plot as SVG', () => {
  const svg = plotSvg(PLOT);

  it('draws one line for each series, from corner to corner of its values', () => {
    expect(svg.match(/<path class="line s\d" d="M[^h]*?"\/>/g)).to.have.length(3);
    expect(svg).to.match(/d="M64 \d+L744 \d+"/);
  });

  it('escapes what stands in texts', () => {
    expect(svg).to.contain('Before &amp; after &lt;60 s&gt;');
    expect(svg).not.to.contain('<60');
  });

  it('names the series only where there is more than one', () => {
    expect(svg).to.contain('>queue<').and.to.contain('>spool<');
    expect(svg).not.to.contain('>answered<');
  });

  it('marks the band over all panels', () => {
    expect(svg).to.match(/<rect class="band" x="290\.7" y="\d+" width="226\.7"/);
    expect(svg).to.contain('>server down<');
  });

  it('keeps the label of the band out of a legend in the first panel', () => {
    const crowded = plotSvg({ ...PLOT, panels: [...PLOT.panels].reverse() });
    const heightOf = (label: string): number => Number(new RegExp(` y="([\\d.]+)"[^>]*>${label}<`).exec(crowded)![1]);
    expect(heightOf('queue') - heightOf('server down')).to.be.greaterThan(12);
  });

  it('gives a series the colour it asks for, in line and legend', () => {
    const [queue, spool] = PLOT.panels[1]!.series;
    const coloured = plotSvg({ ...PLOT, panels: [{ yLabel: 'MB', series: [queue!, { ...spool!, colour: 3 }] }] });
    expect(coloured.match(/class="line s3"/g)).to.have.length(2);
    expect(coloured).not.to.contain('class="line s1"');
  });

  it('puts powers of ten at equal distances on a logarithmic axis', () => {
    const points = [1, 10, 100].map(value => [value, value] as const);
    const logarithmic = plotSvg({
      ...PLOT,
      panels: [{ yLabel: 'ms', hasLogY: true, series: [{ name: 'p99', points }] }],
    });
    const [low, middle, high] = [...logarithmic.matchAll(/(?:M|L)[\d.]+ ([\d.]+)(?=[L"])/g)].map(([, y]) => Number(y));
    expect(low! - middle!)
      .to.be.closeTo(middle! - high!, 0.2)
      .and.greaterThan(0);
  });

  it('has colours for light and dark pages', () => {
    expect(svg).to.contain('prefers-color-scheme: dark');
  });

  it('has no place that is not a number', () => {
    expect(svg).not.to.match(/NaN|Infinity|undefined/);
  });
});
