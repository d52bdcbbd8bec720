import { join } from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { ApplicationProcess } from '../support/application-process';
import { eventually } from '../support/eventually';
import { GATE } from '../support/gated-sink';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { until } from '../support/test-app';
import { spooledNumbers, storedNumbers } from '../support/work-numbers';
import { expectConservation, GatedApp } from './arrange';

const REQUESTS = 40;
const NOBODY = 'mongodb://127.0.0.1:1/';

describe('a worker with a spool that takes every record', () => {
  const directory = useTemporaryDirectory();
  let server: ScriptedMongoServer;

  beforeEach(async () => {
    server = await ScriptedMongoServer.start();
  });

  afterEach(() => server.stop());

  it('leaves all that reached the disk to the next process when it is killed, and nothing is stored twice', async () => {
    const spool = { directory: join(directory(), 'spool'), mode: 'always', commitMs: 10 } as const;
    const start = (sink: string) =>
      ApplicationProcess.start({ sink, worker: true, delivery: { maxDelayMs: 50, spool } });

    const app = await start(NOBODY);
    await app.work(0, REQUESTS);
    await eventually(async () => expect(await spooledNumbers(spool.directory)).to.have.property('size', REQUESTS));
    await app.kill('SIGKILL');

    const next = await start(server.url);
    await eventually(() => expect(storedNumbers(server)).to.have.property('size', REQUESTS));
    const { sinks } = await next.flush();
    expect(sinks['mongo']).to.deep.include({ recovered: REQUESTS, delivered: REQUESTS, queued: 0, spooled: 0 });
    expect([...storedNumbers(server).values()]).to.deep.equal(Array(REQUESTS).fill(1));
  });
});

describe('a worker with a spool that ends by itself', () => {
  const directory = useTemporaryDirectory();
  const gated = new GatedApp();
  afterEach(() => gated.remove());

  async function onDisk(): Promise<number> {
    const names = (await readdir(directory(), { recursive: true })).filter(name => name.endsWith('.spool'));
    const texts = await Promise.all(names.map(name => readFile(join(directory(), name), 'latin1')));
    return texts.join('').split('"requestId"').length - 1;
  }

  it('leaves what is on the disk to the next one', async () => {
    await gated.start({
      delivery: {
        maxDelayMs: 1,
        maxBatchRecords: 1,
        maxQueueRecords: 2,
        spool: { directory: directory(), commitMs: 10 },
      },
    });
    // The spool is open when the first one is stored.
    await gated.request(1);
    await gated.app.logging.flush();
    gated.gate.set(GATE.busy);
    await gated.request(10);
    await until(() => gated.lane.accepted === 11);
    const { spooled } = gated.lane;
    expect(spooled).to.be.above(0);
    await eventually(async () => expect(await onDisk()).to.equal(spooled));
    gated.gate.set(GATE.exiting);
    await until(() => gated.stats.worker!.crashes === 1);
    gated.gate.set(GATE.open);
    await until(() => gated.lane.recovered > 0);
    await gated.app.logging.flush();

    expect(gated.lane).to.include({ accepted: 11, recovered: spooled, delivered: spooled + 1, spooled: 0 });
    expect(gated.lane.dropped.crashed).to.equal(10 - spooled);
    expect(gated.stored).to.have.length(spooled + 1);
    expectConservation(gated.stats);
    await gated.app.logging.close();
    expect(await onDisk()).to.equal(0);
  });
});
