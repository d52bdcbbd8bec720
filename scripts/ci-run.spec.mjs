import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/command.mjs';

const OTHER_STEPS = 6;
const MOCHA = join(ROOT, 'node_modules/mocha/bin/mocha.js');

/** `.ci/run` in a folder where `npm <command>` does what `answers` says, as lines of shell; all else succeeds. */
function ciRun(answers, { restore } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'logged-ci-'));
  try {
    mkdirSync(join(folder, 'bin'));
    const cases = Object.entries(answers).map(([command, shell]) => `"${command}") ${shell};;`);
    writeFileSync(join(folder, 'bin/npm'), `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\nesac\n`);
    chmodSync(join(folder, 'bin/npm'), 0o755);
    cpSync(join(ROOT, '.ci/run'), join(folder, '.ci/run'));
    if (restore) {
      mkdirSync(join(folder, '.ci/mongod'));
      writeFileSync(join(folder, '.ci/mongod/restore.sh'), restore);
    }
    const { MONGOMS_SYSTEM_BINARY: _binary, LOGGED_REQUIRE_MONGOD: _required, ...others } = process.env;
    const env = { ...others, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` };
    const { status, stdout } = spawnSync('bash', ['.ci/run'], { cwd: folder, env, encoding: 'utf8', input: '' });
    return { status, stdout, summary: stdout.trimEnd().split('\n').at(-1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const mocha = (...lines) => `printf '\\n  ${lines.join('\\n  ')}\\n\\n'`;

describe('the CI script', function () {
  this.timeout(30_000);

  it('adds the specs to the steps', () => {
    const { status, summary } = ciRun({ test: mocha('✔ counts 3 passing trains', '120 passing (2s)') });
    expect(summary).to.equal(`${120 + OTHER_STEPS} passed, 0 failed`);
    expect(status).to.equal(0);
  });

  it('reads the summary of the mocha that it starts', () => {
    const spec = "it('passes', () => {}); it('is pending');";
    const real = `cat > a.cjs <<'END'\n${spec}\nEND\n"${process.execPath}" "${MOCHA}" --no-config a.cjs\n`;
    expect(ciRun({ test: real }).summary).to.equal(`${1 + OTHER_STEPS} passed, 0 failed, 1 skipped`);
  });

  it('counts the specs of every step that has some, and what was left out', () => {
    const { summary } = ciRun({
      test: mocha('120 passing (2s)', '4 pending'),
      'run test:scripts': mocha('77 passing (341ms)'),
    });
    expect(summary).to.equal(`${120 + 77 + OTHER_STEPS - 1} passed, 0 failed, 4 skipped`);
  });

  it('fails with the failing specs', () => {
    const { status, summary } = ciRun({ test: `${mocha('118 passing (2s)', '2 failing')}; exit 2` });
    expect(summary).to.equal(`${118 + OTHER_STEPS} passed, 2 failed`);
    expect(status).to.equal(1);
  });

  it('fails with a step that has no specs', () => {
    const { status, stdout, summary } = ciRun({ test: mocha('120 passing (2s)'), 'run lint': 'echo loose; exit 3' });
    expect(summary).to.equal(`${120 + OTHER_STEPS - 1} passed, 1 failed`);
    expect(stdout).to.contain('loose\n== lint: FAILED with 3 (0 s)');
    expect(status).to.equal(1);
  });

  it('fails when the specs pass but the command does not', () => {
    const { summary } = ciRun({ test: `${mocha('120 passing (2s)')}; exit 1` });
    expect(summary).to.equal(`${120 + OTHER_STEPS} passed, 1 failed`);
  });

  it('fails when nothing was installed, and when no spec ran', () => {
    expect(ciRun({ ci: 'exit 1', test: mocha('120 passing (2s)') }).summary).to.contain(', 2 failed');
    const { status, summary } = ciRun({ test: mocha('0 passing (1ms)') });
    expect(summary).to.contain(', 1 failed');
    expect(status).to.equal(1);
  });

  it('demands the mongod that it was given', () => {
    const tell = `echo "mongod=$MONGOMS_SYSTEM_BINARY required=$LOGGED_REQUIRE_MONGOD"; ${mocha('1 passing (1ms)')}`;
    const given = ciRun({ test: tell }, { restore: 'echo progress >&2; echo unpacking; echo /bin/sh' });
    expect(given.stdout).to.contain('mongod=/bin/sh required=1');
    const refused = ciRun({ test: tell }, { restore: 'echo "no such platform" >&2; exit 1' });
    expect(refused.stdout).to.contain('mongod= required=\n');
    expect(refused.stdout).to.contain('no such platform');
    const nothing = ciRun({ test: tell }, { restore: 'echo /nowhere/mongod' });
    expect(nothing.stdout).to.contain('mongod= required=\n');
    expect(ciRun({ test: tell }).stdout).to.contain('there is no .ci/mongod/restore.sh');
  });
});
