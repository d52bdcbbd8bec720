import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readLines, readNdjson } from '../../support/read-ndjson';
import { sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

const WRITER = join(__dirname, '..', '..', 'support', 'file-sink-writer.js');

describe('a process that writes files', () => {
  const directory = useTemporaryDirectory();

  it('loses nothing that was acknowledged when it is killed, and tears one line at most', async () => {
    for (const killAfter of [1, 7, 23, 60]) {
      const folder = join(directory(), String(killAfter));
      const child = spawn(process.execPath, [WRITER, folder, '20000'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const acknowledged: string[] = [];
      let batches = 0;
      for await (const line of createInterface(child.stdout)) {
        acknowledged.push(...(JSON.parse(line) as { ids: string[] }).ids);
        batches += 1;
        if (batches === killAfter) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

      const restarted = await new TestFileSink({ directory: folder }).at(new Date().toISOString()).open();
      const after = sampleRecords(1, 999_999);
      await restarted.write(after);
      await restarted.close();
      const { whole, torn } = sortLines(await readLines(folder));
      expect(torn).to.be.at.most(1);
      expect(new Set(whole)).to.include.all.keys([...acknowledged, after[0]!._id]);
      expect(new Set(whole).size).to.equal(whole.length);
    }
  });

  it('takes back the part of a batch that still fitted, and stores it whole when it can', async function () {
    if (process.platform === 'win32') this.skip();
    // The shell counts in 512 or 1024 bytes: whichever, the limit lies within one of the batches of some 6 KB.
    const command = `ulimit -f 16; exec "${process.execPath}" "${WRITER}" "${directory()}" 1000000 5`;
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
    const answers: { ids: string[]; failure?: string; fileBytes: number }[] = [];
    for await (const line of createInterface(child.stdout)) answers.push(JSON.parse(line) as (typeof answers)[number]);

    const refused = answers.filter(({ failure }) => failure);
    const stored = answers.filter(({ failure }) => !failure);
    expect(stored).not.to.have.length(0);
    expect(refused).not.to.have.length(0);
    expect(refused[0]!.failure).to.contain('the file may not grow any more (EFBIG)');
    expect(refused[0]!.fileBytes).to.equal(stored.at(-1)!.fileBytes);
    const content = await readFile(join(directory(), 'requests.ndjson'), 'utf8');
    expect(content.endsWith('}\n')).to.equal(true);
    expect(await readdir(directory())).to.deep.equal(['requests.ndjson']);
    expect((await readNdjson(directory())).map(record => record._id)).to.deep.equal(stored.flatMap(({ ids }) => ids));
  });
});

function sortLines(lines: readonly string[]): { readonly whole: string[]; readonly torn: number } {
  const whole: string[] = [];
  let torn = 0;
  for (const line of lines) {
    try {
      whole.push((JSON.parse(line) as { _id: string })._id);
    } catch {
      torn += 1;
    }
  }
  return { whole, torn };
}
