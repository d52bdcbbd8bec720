import { join } from 'node:path';
import { expect } from 'chai';
import { ApplicationProcess } from '../support/application-process';
import { eventually } from '../support/eventually';
import { proofScale } from '../support/proof-scale';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { SteadyLoad } from '../support/steady-load';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { spooledNumbers, storedNumbers } from '../support/work-numbers';

// `npm run test:kills` kills 20 times.
const KILLS = proofScale() === 1 ? 2 : proofScale();
const LEAST_ANSWERED = proofScale() === 1 ? 100 : 1_500;
const PER_SECOND = 2_000;
// Two commit windows of 10 ms.
const MOST_LOST = (PER_SECOND * 20) / 1_000;

describe(`an application that is killed ${KILLS} times under load, with a spool that takes every record`, () => {
  const directory = useTemporaryDirectory();

  let server: ScriptedMongoServer;

  before(async () => {
    server = await ScriptedMongoServer.start();
  });

  after(() => server.stop());

  it('loses the last moment only, delivers what was on the disk, and stores nothing twice', async () => {
    const delivery = {
      maxDelayMs: 50,
      spool: { directory: join(directory(), 'spool'), mode: 'always', commitMs: 10 },
    } as const;
    const start = () => ApplicationProcess.start({ sink: server.url, delivery });
    const loads: SteadyLoad[] = [];
    const killedAt: number[] = [];
    const onDisk = new Set<number>();
    let app = await start();
    for (let kill = 0; kill < KILLS; kill++) {
      const load = new SteadyLoad(app.client, loads.at(-1)?.next ?? 0, PER_SECOND);
      loads.push(load);
      load.start();
      const moment = LEAST_ANSWERED * (1 + Math.random());
      await eventually(() => expect(load.answered.size).to.be.at.least(moment));
      killedAt.push(performance.now());
      await app.kill('SIGKILL');
      load.stop();
      for (const number of await spooledNumbers(delivery.spool.directory)) onDisk.add(number);
      app = await start();
    }
    const undelivered = (): number[] => {
      const stored = storedNumbers(server);
      return [...onDisk].filter(number => !stored.has(number));
    };
    await eventually(() => expect(undelivered(), 'on the disk and not delivered').to.deep.equal([]));
    await app.flush();
    const stored = storedNumbers(server);
    const lost = loads.map(({ answered }) => [...answered].filter(([number]) => !stored.has(number)));
    const replayed = [...stored.values()].filter(times => times > 1).length;
    const answered = loads.reduce((sum, load) => sum + load.answered.size, 0);
    const ages = lost.map((records, kill) =>
      Math.max(0, ...records.map(([, { at }]) => Math.round(killedAt[kill]! - at))),
    );
    console.log(
      `      ${KILLS} kills, ${answered} answered, ${stored.size} stored, ${replayed} delivered again and stored once\n` +
        `      lost in each kill: ${lost.map(({ length }) => length).join(' ')}\n` +
        `      answered so many ms before it, at most: ${ages.join(' ')}`,
    );
    // A process that has only just started lags behind its requests for longer.
    if (proofScale() === 1) return;
    for (const { length } of lost) expect(length, 'lost in one kill').to.be.at.most(MOST_LOST);
  });
});
