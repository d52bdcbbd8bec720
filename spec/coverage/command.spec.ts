import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import type { CoverageReport } from '../../src';

const COMMAND = join(__dirname, '../../src/cli/coverage.js');
const MODULES = join(__dirname, 'modules');
const SOURCE = join(__dirname, '../../../spec/coverage/command.spec.ts');

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly problem: string;
}

describe('logged-controllers-coverage', () => {
  let directory: string;

  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'coverage-command-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Runs the command in an empty directory. */
  async function run(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: directory,
      env: { ...process.env, ...environment },
      timeout: 8_000,
    });
    const [output, problem] = [child.stdout, child.stderr].map(stream => {
      const chunks: string[] = [];
      stream.on('data', chunk => chunks.push(String(chunk)));
      return chunks;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output: output!.join(''), problem: problem!.join('') };
  }

  const moduleAt = (name: string): string => relative(directory, join(MODULES, name));

  it('prints JSON of an application and ends, though its server would run on', async () => {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const { code, output, problem } = await run([moduleAt('clean-app.js'), '--json'], { TAKEN_PORT: String(port) });
    taken.close();
    const report = JSON.parse(output) as CoverageReport;
    expect(report.source).to.equal('application');
    expect(report.routes.map(({ id }) => id)).to.deep.equal(['POST /payments', 'GET /payments/:reference']);
    expect(report.warnings).to.deep.equal([]);
    expect(code).to.equal(0);
    expect(problem).to.equal('starting\n');
  });

  it('creates no files', async () => {
    await run([moduleAt('clean-app.js')]);
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it('prints a table of at most 120 columns and exits with 1 for warnings', async () => {
    const { code, output } = await run([moduleAt('controllers-only')]);
    expect(code).to.equal(1);
    expect(output).to.match(/^ {2}body\.card\.number +string +mask +mark +Card$/m);
    expect(output).to.match(/^secret-without-mark: SignUp\.password /m);
    expect(output).to.match(/\n11 routes, \d+ fields, \d+ redacted, 9 warnings\n$/);
    for (const line of output.split('\n')) expect(line.length).to.be.at.most(120);
  });

  it('loads ES modules', async () => {
    writeFileSync(
      join(directory, 'app.mjs'),
      `export { app } from ${JSON.stringify(join(MODULES, 'clean-app.js'))};\n`,
    );
    const { code, output } = await run(['./app.mjs', '--json']);
    expect(code).to.equal(0);
    expect((JSON.parse(output) as CoverageReport).routes).to.have.length(2);
  });

  it('explains itself', async () => {
    const { code, output } = await run(['--help']);
    expect(code).to.equal(0);
    expect(output).to.match(/^Usage: logged-controllers-coverage <module>/);
  });

  for (const [what, args, told] of [
    ['no module', [], /Name one module/],
    ['two modules', ['a', 'b'], /Name one module/],
    ['an unknown option', ['a', '--jsno'], /no option --jsno/],
    ['a file that is not there', ['./nowhere.js'], /^\.\/nowhere\.js: There is no such file or package\. .*\n$/],
    ['a package that is not there', ['nowhere'], /^nowhere: There is no such file or package\. .*\n$/],
    [
      'a module whose own import is missing',
      [join(MODULES, 'broken.js')],
      /broken\.js: Cannot find module 'no-such-package'\n$/,
    ],
    ['a source file', [SOURCE], /command\.spec\.ts: Node cannot load this kind of file\. Name what it is compiled to/],
    ['a module that throws', [join(MODULES, 'failing.js')], /failing\.js: no database here/],
    ['a module that loads no controllers', [join(MODULES, 'nothing.js')], /Export the application/],
    ['a module that never finishes loading', [join(MODULES, 'unsettled.js')], /did not finish loading/],
  ] as readonly (readonly [string, readonly string[], RegExp])[]) {
    it(`exits with 2 for ${what}, and says so`, async () => {
      const { code, output, problem } = await run(args);
      expect(code).to.equal(2);
      expect(output).to.equal('');
      expect(problem).to.match(told);
    });
  }
});
