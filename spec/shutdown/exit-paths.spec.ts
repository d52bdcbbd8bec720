import { join } from 'node:path';
import { expect } from 'chai';
import type { LogRecord } from '../../src';
import { ApplicationProcess, type End, type Ending } from '../support/application-process';
import { eventually } from '../support/eventually';
import { proofScale } from '../support/proof-scale';
import { readNdjson } from '../support/read-ndjson';
import { SteadyLoad } from '../support/steady-load';
import { useTemporaryDirectory } from '../support/temporary-directory';

// Long enough that nothing leaves by itself: what is found was saved by the end.
const WAITING = { maxDelayMs: 60_000 };
const ENDS: readonly End[] = proofScale() === 1 ? ['exit', 'throw'] : ['exit', 'throw', 'reject', 'empty'];
const NOBODY = 'mongodb://127.0.0.1:1/';

/** What the user of a process sees of its end, without what no two processes share. */
function seen({ code, signal, stdout, stderr }: Ending) {
  return { code, signal, stdout, stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)') };
}

describe('a process that ends by itself', () => {
  const directory = useTemporaryDirectory();

  it('writes its records into the file, and ends as it would without logging', async () => {
    await Promise.all(
      ENDS.map(async how => {
        const folder = join(directory(), how);
        const [logged, bare] = await Promise.all([
          ApplicationProcess.start({ sink: 'file', directory: folder, delivery: WAITING }),
          ApplicationProcess.start({}),
        ]);
        await logged.work(0, 20);
        expect(seen(await logged.end(how)), how).to.deep.equal(seen(await bare.end(how)));
        const paths = (await readNdjson(folder)).map(({ request }) => request.path);
        expect(paths, how).to.have.length(20);
        expect(new Set(paths).size, how).to.equal(20);
      }),
    );
  });

  it('writes what was under way once, in the middle of its work', async () => {
    const app = await ApplicationProcess.start({ sink: 'file', directory: directory(), delivery: { maxDelayMs: 1 } });
    const load = new SteadyLoad(app.client, 0, 2_000);
    load.start();
    await eventually(() => expect(load.answered.size).to.be.at.least(150));
    await app.end('exit');
    load.stop();
    const paths = (await readNdjson(directory())).map(({ request }) => request.path);
    expect(new Set(paths).size).to.equal(paths.length);
    for (const number of load.answered.keys()) expect(paths).to.contain(`/jobs/${number}`);
  });

  it('records the request that it was serving', async () => {
    const app = await ApplicationProcess.start({ sink: 'file', directory: directory(), delivery: WAITING });
    const unanswered = app.client.get('/jobs/never').then(
      () => 'answered',
      () => 'broken off',
    );
    await app.work(0, 1);
    await app.end('throw');
    expect(await unanswered).to.equal('broken off');
    const records = await readNdjson(directory());
    const record = records.find(({ request }) => request.path === '/jobs/never');
    expect(record).to.deep.include({ incomplete: true });
    expect(record?.response).to.deep.include({ status: null, outcome: 'aborted' });
  });

  for (const worker of [false, true]) {
    const where = worker ? 'of its worker thread ' : '';
    it(`leaves the records ${where}to the next process, in a spool`, async () => {
      const delivery = { ...WAITING, spool: { directory: join(directory(), 'spool') } };
      const app = await ApplicationProcess.start({ sink: NOBODY, delivery, worker });
      await app.work(0, 20);
      // Opened before the sink is.
      await eventually(async () => expect((await app.stats()).sinks['mongo']?.state).not.to.equal('idle'));
      const { code, stderr } = await app.end('exit');
      expect(code).to.equal(3);
      expect(stderr).not.to.contain('RECORDS_DROPPED');
      const next = await ApplicationProcess.start({ sink: NOBODY, delivery });
      await eventually(async () => expect((await next.stats()).sinks['mongo']?.recovered).to.equal(20));
    });

    it(`prints the records ${where}that wait`, async () => {
      const app = await ApplicationProcess.start({ sink: 'console', delivery: WAITING, worker });
      await app.work(0, 20);
      await eventually(async () => expect((await app.stats()).sinks['console']?.queued).to.equal(20));
      const { code, stdout, stderr } = await app.end('exit');
      expect({ code, stderr }).to.deep.equal({ code: 3, stderr: '' });
      const printed = stdout.split('\n').filter(Boolean);
      const paths = printed.map(line => (JSON.parse(line) as LogRecord).request.path);
      expect(paths).to.have.members(Array.from({ length: 20 }, (_, number) => `/jobs/${number}`));
    });

    it(`tells how many records ${where}it lost when nothing can keep them`, async () => {
      const app = await ApplicationProcess.start({ sink: NOBODY, delivery: WAITING, worker });
      await app.work(0, 20);
      const { code, stderr } = await app.end('exit');
      expect(code).to.equal(3);
      expect(stderr).to.match(/\[RECORDS_DROPPED\] LoggedControllersWarning: .*\b20 records/);
    });
  }
});
