// A lint rule that cannot fail is worth nothing: each one that this project asks for is broken once, in a copy.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** By file: a source, and the rule that must refuse it (`null`: it must pass). */
const CASES = {
  'src/any.ts': ['typescript(no-explicit-any)', 'export function size(x: any): number {\n  return Number(x);\n}\n'],
  'src/floating.ts': [
    'typescript(no-floating-promises)',
    'async function write(): Promise<void> {}\nexport function push(): void {\n  write();\n}\n',
  ],
  'src/misused.ts': [
    'typescript(no-misused-promises)',
    'const ready = async (): Promise<boolean> => true;\nexport function push(): number {\n  if (ready()) return 1;\n  return 0;\n}\n',
  ],
  'src/throw.ts': ['typescript(only-throw-error)', "export function refuse(): never {\n  throw 'a text';\n}\n"],
  'src/type-import.ts': [
    'typescript(consistent-type-imports)',
    "import { Clock } from './clock';\nexport const at = (clock: Clock): number => clock.now();\n",
  ],
  'src/clock.ts': [null, 'export interface Clock {\n  now(): number;\n}\n'],
  'src/cycle-a.ts': ['import(no-cycle)', "import { b } from './cycle-b';\nexport const a = (): unknown => b;\n"],
  'src/cycle-b.ts': ['import(no-cycle)', "import { a } from './cycle-a';\nexport const b = (): unknown => a;\n"],
  'src/default.ts': ['import(no-default-export)', 'export default function lane(): void {}\n'],
  'src/loose.ts': ['eslint(eqeqeq)', 'export const same = (a: string, b: string): boolean => a == b;\n'],
  'src/reflect.ts': [
    'eslint(no-restricted-globals)',
    'export const keys = (value: object): unknown => Reflect.ownKeys(value);\n',
  ],
  'src/decorators/metadata.ts': [null, 'export const keys = (value: object): unknown => Reflect.ownKeys(value);\n'],
  'src/shadow.ts': [
    'eslint(no-shadow)',
    'export function f(x: number): number[] {\n  return [x].map(x => x + 1);\n}\n',
  ],
  'src/disabled.ts': ['', '// oxlint-disable-next-line eqeqeq\nexport const fine = 1;\n'],
  'src/class-without-members.ts': [null, 'export class Marker {}\n'],
  'spec/chai.spec.ts': [
    null,
    "import { expect } from 'chai';\ndescribe('a spec', () => {\n  it('passes', () => {\n    expect(true).to.be.true;\n  });\n});\n",
  ],
  'spec/any.spec.ts': ['typescript(no-explicit-any)', 'export const anything: any = 1;\n'],
  'spec/floating.spec.ts': [
    'typescript(no-floating-promises)',
    'async function write(): Promise<void> {}\nexport const run = (): void => {\n  write();\n};\n',
  ],
  'example/dto.ts': [null, 'export class UserDto {\n  name!: string;\n}\n'],
  'example/controller.ts': [
    null,
    "import { UserDto } from './dto';\nexport const nameOf = (user: UserDto): string => user.name;\n",
  ],
  'bench/expression.ts': ['eslint(no-unused-expressions)', 'const a = 1;\na;\nexport { a };\n'],
  'scripts/loose.mjs': ['eslint(eqeqeq)', 'export const same = (a, b) => a == b;\n'],
};

describe('the lint rules', function () {
  this.timeout(60_000);
  let folder;
  let findings;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'logged-lint-'));
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json', '.gitignore']) {
      cpSync(join(ROOT, name), join(folder, name));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [file, [, source]] of Object.entries(CASES)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), source);
    }
    const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
    const options = ['--type-aware', '--deny-warnings', '--format=json', 'src', 'spec', 'example', 'bench', 'scripts'];
    const { stdout } = spawnSync(process.execPath, [oxlint, ...options], { cwd: folder, encoding: 'utf8' });
    findings = JSON.parse(stdout).diagnostics;
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [file, [rule]] of Object.entries(CASES)) {
    const expected = rule === null ? 'passes' : `is refused by ${rule || 'the check for needless disable comments'}`;
    it(`${file} ${expected}`, () => {
      const codes = findings.filter(({ filename }) => filename === file).map(({ code }) => code ?? '');
      expect(codes).to.deep.equal(rule === null ? [] : [rule]);
    });
  }
});
