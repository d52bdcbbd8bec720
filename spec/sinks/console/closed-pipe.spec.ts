import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const WRITER = join(__dirname, '..', '..', 'support', 'console-sink-writer.js');

describe('a process whose standard output is closed by its reader', () => {
  it('lives on, with its batches refused', async function () {
    if (process.platform === 'win32') this.skip();
    const child = spawn(process.execPath, [WRITER], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.once('data', () => child.stdout.destroy());
    const said = text(child.stderr);
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    expect(await said).to.equal('refused for good\nalive, 0 listeners\n');
    expect(exitCode).to.equal(0);
  });
});
