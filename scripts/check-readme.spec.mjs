import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/command.mjs';
import { commandsOf, jsonProblems, markProblems, shellProblems, snippetsOf } from './support/markdown.mjs';
import { MANIFEST } from './support/packed-package.mjs';
import { quickStartOf, recordProblems } from './support/quick-start.mjs';
import { compile, runCompiled } from './support/snippets.mjs';

const FOLDER = join(ROOT, 'build/readme-spec');

const fixture = name => snippetsOf(name, readFileSync(join(ROOT, 'scripts/fixtures', name), 'utf8'));
const checked = snippets => snippets.filter(({ language, flags }) => language === 'ts' && !flags.includes('no-check'));
const toRun = snippets => snippets.filter(({ flags }) => flags.includes('run'));

async function rejection(promise) {
  return promise.then(
    () => undefined,
    error => error,
  );
}

describe('a document whose code is right', function () {
  this.timeout(60_000);
  const snippets = fixture('good.md');

  it('passes every check', () => {
    expect(markProblems(snippets)).to.deep.equal([]);
    expect(jsonProblems(snippets)).to.deep.equal([]);
    expect(shellProblems(snippets, MANIFEST)).to.deep.equal([]);
  });

  it('compiles block by block, and runs', async () => {
    expect(await compile(checked(snippets), FOLDER)).to.deep.equal([]);
    expect(toRun(snippets)).to.have.length(2);
    for (const snippet of toRun(snippets)) await runCompiled(snippet, FOLDER);
  });
});

describe('a document whose code is wrong', function () {
  this.timeout(60_000);
  const snippets = fixture('bad.md');

  it('is told its type errors by its own lines', async () => {
    const problems = await compile(checked(snippets), FOLDER);
    expect(problems.map(text => text.split(' error ')[0])).to.have.members([
      'bad.md:4:',
      'bad.md:13 (its prelude):',
      'bad.md:14:',
    ]);
  });

  it('is told that a block does not run', async () => {
    await compile(toRun(snippets), FOLDER);
    const error = await rejection(runCompiled(toRun(snippets)[0], FOLDER));
    expect(error?.message).to.contain('ended with 3');
  });

  it('is told of marks that would leave a block unchecked', () => {
    expect(markProblems(snippets)).to.deep.equal([
      'bad.md:24: "ts" knows no "nocheck", only no-check, run, quick-start',
      'bad.md:28: a block of "typescript" is not checked; use "ts"',
    ]);
  });

  it('is told of json that does not parse', () => {
    expect(jsonProblems(snippets)).to.have.length(1);
    expect(jsonProblems(snippets)[0]).to.match(/^bad\.md:32: /);
  });

  it('is told of npm scripts and packages that do not exist', () => {
    expect(shellProblems(snippets, MANIFEST)).to.deep.equal([
      'bad.md:39: there is no script "nonesuch"',
      'bad.md:39: "left-pad" is no package that this project knows',
    ]);
  });

  it('is told of a block or a prelude without an end', () => {
    expect(() => snippetsOf('a.md', 'text\n```ts\nconst a = 1;')).to.throw('a.md:2: the block has no end');
    expect(() => snippetsOf('a.md', '<!-- readme-prelude\nconst a = 1;')).to.throw('a.md:1: the comment has no end');
  });
});

describe('a shell block', () => {
  it('is read command by command', () => {
    expect(commandsOf('$ npm ci && npm test # both\n# nothing\nnpm install a \\\n  b')).to.deep.equal([
      ['npm', 'ci'],
      ['npm', 'test'],
      ['npm', 'install', 'a', 'b'],
    ]);
  });
});

describe('the quick start of a document', () => {
  const install = '```sh\nnpm install logged-controllers koa\nnpm install -D typescript\n```\n';
  const program = '```ts run quick-start\nserve();\n```\n';
  const request = '```sh quick-start\ncurl localhost:3000/users\n```\n';
  const tsconfig = '```json tsconfig\n{}\n```\n';

  it('is its program, its options, its request and what it says to install', () => {
    const {
      packages,
      tsconfig: options,
      program: found,
    } = quickStartOf(snippetsOf('a.md', install + program + tsconfig + request));
    expect(packages).to.deep.equal(['logged-controllers', 'koa', 'typescript']);
    expect(found.code).to.equal('serve();\n');
    expect(options.code).to.equal('{}\n');
  });

  it('is incomplete without any of them', () => {
    expect(() => quickStartOf(snippetsOf('a.md', install + request))).to.throw('ts run quick-start');
    expect(() => quickStartOf(snippetsOf('a.md', install + program))).to.throw('sh quick-start');
    expect(() => quickStartOf(snippetsOf('a.md', program + request))).to.throw('npm install logged-controllers');
    expect(() => quickStartOf(snippetsOf('a.md', install + program + request))).to.throw('json tsconfig');
    expect(() => quickStartOf(snippetsOf('a.md', install + program + program + request))).to.throw('one is enough');
  });

  it('may show a record with other times and ids, not with other fields or redactions', () => {
    const real = { at: 'now', status: 201, body: { email: 'a@b.c', password: '[REDACTED]' }, list: [{ path: 'x' }] };
    expect(recordProblems({ at: 'then', body: { password: '[REDACTED]' } }, real)).to.deep.equal([]);
    expect(recordProblems({ body: { password: 'hunter2' } }, real)).to.have.length(1);
    expect(recordProblems({ body: { email: '[REDACTED]' } }, real)).to.have.length(1);
    expect(recordProblems({ status: '201' }, real)).to.have.length(1);
    expect(recordProblems({ gone: 1 }, real)).to.deep.equal(['record.gone is shown as number, but is missing']);
    expect(recordProblems({ list: [{ path: 'y' }, { path: 'z' }] }, real)).to.have.length(1);
  });
});
