import { expect } from 'chai';
import { anchorsOf, linkProblems, linksOf, specTitles } from './support/links.mjs';

const PAGE = [
  '# A page',
  'See [the `rules`](scripts.md#a-page) and [elsewhere](https://example.org/a.md), [here](#a-page).',
  '```md',
  '[not](a-link.md)',
  '```',
  '| a row | [lives on, with its batches refused](../spec/sinks/console/closed-pipe.spec.ts) |',
].join('\n');

describe('the links of a document', () => {
  it('are those to files of the project, outside of code', () => {
    expect(linksOf('docs/page.md', PAGE)).to.deep.equal([
      { file: 'docs/page.md', line: 2, text: 'the rules', path: 'docs/scripts.md', anchor: 'a-page' },
      { file: 'docs/page.md', line: 2, text: 'here', path: 'docs/page.md', anchor: 'a-page' },
      {
        file: 'docs/page.md',
        line: 6,
        text: 'lives on, with its batches refused',
        path: 'spec/sinks/console/closed-pipe.spec.ts',
        anchor: undefined,
      },
    ]);
  });

  it('lead to headings as GitHub names them', () => {
    expect(anchorsOf('# What `decides`, and why\n## 2. Keys')).to.deep.equal(['what-decides-and-why', '2-keys']);
  });

  it('are refused where they lead nowhere', () => {
    const titles = new Map([['scripts/links.spec.mjs', ['unused']]]);
    const link = (text, path, anchor) => ({ file: 'docs/a.md', line: 7, text, path, anchor });
    const links = [
      link('gone', 'docs/no-such-page.md'),
      link('a heading', 'README.md', 'no-such-heading'),
      link('renamed', 'spec/sinks/console/closed-pipe.spec.ts'),
      link('right', 'README.md'),
    ];
    expect(linkProblems(links, titles)).to.deep.equal([
      'docs/a.md:7: there is no docs/no-such-page.md',
      'docs/a.md:7: README.md has no heading #no-such-heading',
      'docs/a.md:7: spec/sinks/console/closed-pipe.spec.ts has no spec "renamed"',
    ]);
  });

  it('to specs are compared with the titles that the runner knows', async function () {
    this.timeout(60_000);
    const titles = await specTitles();
    const [title] = titles.get('spec/sinks/console/closed-pipe.spec.ts');
    expect(title).to.contain('lives on, with its batches refused');
  });
});
