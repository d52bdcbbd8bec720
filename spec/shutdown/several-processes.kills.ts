import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { ApplicationProcess, type ApplicationSettings } from '../support/application-process';
import { eventually } from '../support/eventually';
import { NumberedClient } from '../support/numbered-client';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { SteadyLoad } from '../support/steady-load';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { spooledNumbers, storedNumbers } from '../support/work-numbers';

const CLUSTER = join(__dirname, '..', 'support', 'cluster-primary.js');
const PER_SECOND = 800;

describe('several processes with one spool directory', () => {
  const directory = useTemporaryDirectory();
  let server: ScriptedMongoServer;
  let settings: ApplicationSettings;

  beforeEach(async () => {
    server = await ScriptedMongoServer.start();
    settings = {
      sink: server.url,
      delivery: { maxDelayMs: 50, spool: { directory: join(directory(), 'spool'), mode: 'always', commitMs: 10 } },
      closeOnSignals: { deadlineMs: 3_000, exit: true },
    };
  });

  afterEach(() => server.stop());

  const answeredAtLeast = (loads: readonly SteadyLoad[], count: number) =>
    eventually(() => {
      for (const { answered } of loads) expect(answered.size).to.be.at.least(count);
    });

  /** All that was on the disk is delivered, under one id, and only the killed process lost anything. */
  async function expectNothingLost(onDisk: ReadonlySet<number>, loads: readonly SteadyLoad[], killed: number) {
    const finder = await ApplicationProcess.start(settings);
    const undelivered = () => {
      const stored = storedNumbers(server);
      return [...onDisk].filter(number => !stored.has(number));
    };
    await eventually(() => expect(undelivered(), 'on the disk and not delivered').to.deep.equal([]));
    await finder.flush();
    await finder.kill('SIGTERM');
    const stored = storedNumbers(server);
    const answered = loads.flatMap(load => [...load.answered]);
    const lost = answered.filter(([number]) => !stored.has(number));
    const replayed = [...stored.values()].filter(times => times > 1).length;
    console.log(
      `      ${answered.length} answered, ${stored.size} stored, ${replayed} delivered again and stored once, ` +
        `${lost.length} lost by the process that was killed`,
    );

    for (const [, { pid }] of lost) expect(pid).to.equal(killed);
  }

  it('of a cluster, one of which is killed and replaced, lose the last moment of that one', async () => {
    const primary = fork(CLUSTER, [JSON.stringify(settings)]);
    const [{ port, pids }] = (await once(primary, 'message')) as [{ port: number; pids: number[] }];
    const client = new NumberedClient(port);
    const load = new SteadyLoad(client, 0, PER_SECOND);
    load.start();
    await answeredAtLeast([load], 2_000);
    process.kill(pids[0]!, 'SIGKILL');
    const onDisk = await spooledNumbers(settings.delivery!.spool!.directory);
    const [{ pids: later }] = (await once(primary, 'message')) as [{ pids: number[] }];
    expect(later).not.to.contain(pids[0]);
    await answeredAtLeast([load], 4_000);
    load.stop();
    await eventually(() => expect(load.open).to.equal(0));
    client.close();
    primary.send('end');
    await once(primary, 'exit');
    await expectNothingLost(onDisk, [load], pids[0]!);
  });

  it('that know nothing of each other, one of which is killed and started again, lose the last moment of that one', async () => {
    const apps = await Promise.all(Array.from({ length: 3 }, () => ApplicationProcess.start(settings)));
    const loads = apps.map(({ client }, place) => new SteadyLoad(client, place * 1_000_000, PER_SECOND / 3));
    for (const load of loads) load.start();
    await answeredAtLeast(loads, 600);
    const killed = apps[0]!;
    loads[0]!.stop();
    await killed.kill('SIGKILL');
    const onDisk = await spooledNumbers(settings.delivery!.spool!.directory);
    apps[0] = await ApplicationProcess.start(settings);
    const again = new SteadyLoad(apps[0].client, loads[0]!.next, PER_SECOND / 3);
    again.start();
    await answeredAtLeast([again, loads[1]!, loads[2]!], 1_200);
    for (const load of [...loads, again]) load.stop();
    await eventually(() => {
      for (const load of [...loads, again]) expect(load.open).to.equal(0);
    });
    await Promise.all(apps.map(app => app.kill('SIGTERM')));
    await expectNothingLost(onDisk, [...loads, again], killed.pid);
  });
});
