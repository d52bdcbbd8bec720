import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { ServiceInfo } from '../src';

const PROGRAM = `
  const { resolveService } = require(${JSON.stringify(join(__dirname, '../src/service.js'))});
  console.log(JSON.stringify(resolveService(JSON.parse(process.argv[2] ?? '{}'))));
`;

describe('the service of a record', () => {
  let directory: string;

  beforeEach(() => (directory = realpathSync(mkdtempSync(join(tmpdir(), 'service-')))));
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(path: string, content: string): string {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  const manifest = (name: string, version?: string): string => JSON.stringify({ name, version });

  /** What a process tells of itself that is started with this file, in this directory. */
  function told(file: string, cwd = directory, options = {}): ServiceInfo {
    const output = execFileSync(process.execPath, [file, JSON.stringify(options)], { cwd, encoding: 'utf8' });
    return JSON.parse(output) as ServiceInfo;
  }

  it('is named by the package of the main file, wherever the process is started', () => {
    write('package.json', manifest('monorepo', '9.9.9'));
    write('packages/shop/package.json', manifest('@acme/shop', '2.1.0'));
    write('packages/shop/out/package.json', '{"type":"commonjs"}');
    const { name, version } = told(write('packages/shop/out/main.js', PROGRAM));
    expect({ name, version }).to.deep.equal({ name: '@acme/shop', version: '2.1.0' });
  });

  it('is named by the package a tool was started in', () => {
    write('shop/package.json', manifest('shop', '1.0.0'));
    write('shop/node_modules/runner/package.json', manifest('runner', '7.0.0'));
    const { name, version } = told(write('shop/node_modules/runner/main.js', PROGRAM), join(directory, 'shop'));
    expect({ name, version }).to.deep.equal({ name: 'shop', version: '1.0.0' });
  });

  it('keeps what the application says, and adds the rest', () => {
    write('package.json', manifest('shop', '1.0.0'));
    const main = write('main.js', PROGRAM);
    expect(told(main, directory, { name: 'orders' })).to.include({ name: 'orders', version: '1.0.0' });
    expect(told(main, directory, { version: '3' })).to.include({ name: 'shop', version: '3' });
  });

  it('looks past a package.json that cannot be read or has no name', () => {
    write('package.json', manifest('shop'));
    write('broken/package.json', '{"name": "bro');
    write('broken/nameless/package.json', '{"name": "", "version": "1.0.0"}');
    const { name, version } = told(write('broken/nameless/main.js', PROGRAM));
    expect({ name, version }).to.deep.equal({ name: 'shop', version: null });
  });

  it('is named by the working directory where there is no package', () => {
    mkdirSync(join(directory, 'billing'));
    const { name, version } = told(write('main.js', PROGRAM), join(directory, 'billing'));
    expect({ name, version }).to.deep.equal({ name: 'billing', version: null });
  });
});
