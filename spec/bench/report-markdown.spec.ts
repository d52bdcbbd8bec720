import { expect } from 'chai';
import { atMost, type Report } from '../../bench/report/report';
import { replaceBetweenMarkers, reportMarkdown } from '../../bench/report/report-markdown';

const REPORT: Report = {
  name: 'scale',
  command: 'npm run bench:scale',
  machine: 'a machine',
  tables: [{ caption: 'Cost', columns: ['variant', 'a|b'], rows: [['bare', '9.5']] }],
  targets: [atMost('cost', 2, 1)],
  plots: [{ file: 'body-size', title: 'Cost by size', xLabel: 'KB', panels: [] }],
  notes: ['said below'],
};

describe('a report as Markdown', () => {
  const markdown = reportMarkdown(REPORT, 'plots');

  it('begins with the command that repeats it, and the machine', () => {
    expect(markdown).to.match(/^`npm run bench:scale`: a machine\./);
  });

  it('keeps a bar in a cell from ending it', () => {
    expect(markdown).to.contain('| variant | a\\|b |\n| --- | ---: |\n| bare | 9.5 |');
  });

  it('shows targets, plots and notes', () => {
    expect(markdown).to.contain('| cost | ≤ 1.00 | 2.00 | missed |');
    expect(markdown).to.contain('![Cost by size](plots/body-size.svg)');
    expect(markdown).to.contain('- said below');
  });
});

describe('a page with markers', () => {
  const page = 'Before\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nAfter\n<!-- bench:b --><!-- /bench:b -->\n';

  it('gets the new piece in place of the old, and nothing else', () => {
    expect(replaceBetweenMarkers(page, 'a', 'new')).to.equal(page.replace('\nold\n', '\n\nnew\n\n'));
  });

  it('takes a piece as it is, whatever it holds', () => {
    expect(replaceBetweenMarkers(page, 'b', "$& $' $1")).to.contain("\n\n$& $' $1\n\n");
  });

  it('is refused when a marker is missing or stands there twice', () => {
    expect(() => replaceBetweenMarkers(page, 'c', 'new')).to.throw('<!-- bench:c -->');
    expect(() => replaceBetweenMarkers('<!-- bench:a -->', 'a', 'new')).to.throw('once');
    expect(() => replaceBetweenMarkers(page + page, 'a', 'new')).to.throw('once');
  });
});
