import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/command.mjs';
import { applyMutation, failuresIn, isNoticed, mutationTable } from './support/mutations.mjs';
import { MUTATIONS } from './support/redaction-mutations.mjs';

const MUTATION = { rule: 'a rule', file: 'redact/x.js', find: 'if (a)', replace: 'if ($&)' };

const report = (...failures) => `a log line\n${JSON.stringify({ stats: {}, failures }, null, 2)}\n`;
const failure = (name, message) => ({ err: { name, message, stack: '' } });

describe('a mutation', () => {
  it('changes the one place that it names', () => {
    expect(applyMutation('x; if (a) y;', MUTATION)).to.equal('x; if ($&) y;');
  });

  for (const text of ['x; if (b) y;', 'if (a) if (a)']) {
    it(`is refused where its text is not there once: ${text}`, () => {
      expect(() => applyMutation(text, MUTATION)).to.throw('no longer applies: redact/x.js');
    });
  }

  it('has a rule, a file and a change of its own', () => {
    expect(MUTATIONS).to.have.length.at.least(12);
    expect(new Set(MUTATIONS.map(({ rule }) => rule)).size).to.equal(MUTATIONS.length);
    for (const { file, find, replace } of MUTATIONS) {
      expect(file).to.match(/\.js$/);
      expect(replace).not.to.equal(find);
    }
  });

  it('still applies to what is built', () => {
    for (const mutation of MUTATIONS) {
      applyMutation(readFileSync(join(ROOT, 'build/src', mutation.file), 'utf8'), mutation);
    }
  });
});

describe('the page about the proof', () => {
  it('shows the table of the mutations', () => {
    const page = readFileSync(join(ROOT, 'docs/redaction-proof.md'), 'utf8');
    const rules = [...page.matchAll(/^\| ([^|]+?) +\| `[\w/-]+\.ts` +\| (?:leak|too much)/gm)].map(([, rule]) => rule);
    expect(rules).to.deep.equal(MUTATIONS.map(({ rule }) => rule));
  });
});

describe('the outcome of a mutation', () => {
  it('is what a proof noticed', () => {
    const text = report(
      failure('ProofFailed', 'leak of memory <- query: a listed name\nfiles <- query: a listed name'),
      failure('Error', 'Property failed\nGot ProofFailed: redacted without need: …'),
    );
    expect(failuresIn(text)).to.deep.equal(['query: a listed name', 'too much redacted']);
  });

  it('is nothing when all specs pass', () => {
    expect(failuresIn(report())).to.deep.equal([]);
  });

  it('is refused when the program only broke', () => {
    expect(() => failuresIn(report(failure('TypeError', 'x is not a function')))).to.throw('proves nothing');
    expect(() => failuresIn('Segmentation fault')).to.throw('without a report');
  });

  it('counts when random classes led to it', () => {
    expect(isNoticed({ places: [], random: 'leak within 600 exchanges' })).to.equal(true);
    expect(isNoticed({ places: ['query: a listed name'], random: undefined })).to.equal(false);
    expect(isNoticed({ problem: 'no longer applies' })).to.equal(false);
  });

  it('makes a row of the table', () => {
    const table = mutationTable([
      { rule: 'a', file: 'redact/a.js', places: ['x', 'y', 'z'], random: 'leak within 600 exchanges' },
      { rule: 'b', file: 'redact/b.js', places: [] },
    ]);
    expect(table.split('\n').slice(2)).to.deep.equal([
      '| a | `redact/a.ts` | leak within 600 exchanges | x; y; 1 more |',
      '| b | `redact/b.ts` | **not noticed** | – |',
    ]);
  });
});
