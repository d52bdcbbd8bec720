import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { proofScale } from '../../support/proof-scale';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { readNumbers, testSpool } from '../../support/test-spool';

const WRITER = join(__dirname, '..', '..', 'support', 'spool-writer.js');

interface Killed {
  readonly found: number;
  readonly appended: number;
  readonly committed: number;
}

/** Runs a writer and kills it after a number of its lines, and then at any moment within a few milliseconds. */
async function killWriter(directory: string, first: number, afterLines: number): Promise<Killed> {
  const child = spawn(process.execPath, [WRITER, directory, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let [found, appended, committed] = [0, first - 1, first - 1];
  let lines = 0;
  for await (const line of createInterface(child.stdout)) {
    const [word, number] = line.split(' ');
    if (word === 'open') found = Number(number);
    if (word === 'appended') appended = Number(number);
    if (word === 'committed') committed = Number(number);
    if (++lines === afterLines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 20);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).to.equal('SIGKILL');
  return { found, appended, committed };
}

describe('a process with a spool that is killed', () => {
  const directory = useTemporaryDirectory();
  const kills = proofScale() > 1 ? 20 : 2;

  it(`leaves all that was committed, ${kills} times over`, async () => {
    const committed: (readonly [first: number, last: number])[] = [];
    let [first, lost, appended] = [1, 0, 0];
    for (let kill = 0; kill < kills; kill++) {
      const killed = await killWriter(directory(), first, 3 + Math.floor(Math.random() * 60));
      expect(killed.found).to.be.at.least(committed.reduce((sum, [from, to]) => sum + to - from + 1, 0));
      committed.push([first, killed.committed]);
      lost += killed.appended - killed.committed;
      appended += killed.appended - first + 1;
      first = killed.appended + 1_000;
    }
    const { spool, notes } = await testSpool({ directory: directory(), sinkName: 'killed' });
    const back = await readNumbers(spool);
    const present = new Set(back);
    expect(present.size).to.equal(back.length);
    expect(notes.lost).to.equal(0);
    const missing = committed.flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(number => !present.has(number)),
    );
    expect(missing).to.deep.equal([]);
    expect(committed.some(([from, to]) => to > from)).to.equal(true);
    await spool.close();
    if (kills > 2)
      console.log(`      ${kills} kills, ${appended} appended, ${back.length} back, ${lost} not committed`);
  }).timeout(300_000);
});
