import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { findRealMongod } from '../support/real-mongod';

describe('the search for a real mongod', () => {
  let folder: string;
  let works: string;
  let fails: string;
  let plain: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-mongod-'));
    works = join(folder, 'mongod');
    fails = join(folder, 'broken');
    plain = join(folder, 'plain');
    await writeFile(works, '#!/bin/sh\nexit 0\n');
    await writeFile(fails, '#!/bin/sh\nexit 3\n');
    await writeFile(plain, '');
    await chmod(works, 0o755);
    await chmod(fails, 0o755);
    await chmod(plain, 0o644);
  });

  after(() => rm(folder, { recursive: true }));

  it('takes a server that runs already first', () => {
    expect(findRealMongod({ MONGODB_URL: 'mongodb://h', MONGOMS_SYSTEM_BINARY: works, PATH: folder })).to.deep.equal({
      kind: 'server',
      url: 'mongodb://h',
    });
  });

  it('then the binary that is named, and does not look further when that one does not run', () => {
    const binary = { kind: 'binary', path: works };
    expect(findRealMongod({ MONGOMS_SYSTEM_BINARY: works, PATH: '' })).to.deep.equal(binary);
    expect(findRealMongod({ MONGOMS_SYSTEM_BINARY: fails, PATH: folder })).to.deep.equal({
      kind: 'none',
      reason: 'the file that MONGOMS_SYSTEM_BINARY names does not run: exit code 3',
    });
    expect(findRealMongod({ MONGOMS_SYSTEM_BINARY: plain, PATH: folder })).to.deep.equal({
      kind: 'none',
      reason: 'the file that MONGOMS_SYSTEM_BINARY names is no executable file',
    });
  });

  it('then one on PATH', () => {
    const PATH = ['/nowhere', folder].join(delimiter);
    expect(findRealMongod({ PATH })).to.deep.equal({ kind: 'binary', path: works });
  });

  it('tells why there is none', () => {
    expect(findRealMongod({ PATH: '/nowhere' })).to.deep.equal({
      kind: 'none',
      reason: 'MONGODB_URL and MONGOMS_SYSTEM_BINARY are not set, and there is no mongod on PATH',
    });
  });
});
