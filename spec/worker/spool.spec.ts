import { join } from 'node:path';
import { expect } from 'chai';
import { ApplicationProcess } from '../support/application-process';
import { eventually } from '../support/eventually';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { spooledNumbers, storedNumbers } from '../support/work-numbers';

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
