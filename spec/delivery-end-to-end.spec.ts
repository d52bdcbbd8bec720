import 'reflect-metadata';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Get, JsonController } from 'routing-controllers';
import { fileSink, Logged, memorySink, type Sink } from '../src';
import { mongoSink } from '../src/mongo';
import { testApp, until } from './support/test-app';

@Logged()
@JsonController('/load')
class LoadController {
  @Get('/') one() {
    return { ok: true };
  }
}

describe('1,000 requests with a sink that hangs, one that throws and one that works', () => {
  it('all get their answers; the working sink has every record, the losses of the others are counted', async () => {
    const working = memorySink({ name: 'working', maxRecords: 2_000 });
    const hanging: Sink = { name: 'hanging', write: () => new Promise(() => {}) };
    const throwing: Sink = {
      name: 'throwing',
      write() {
        throw new Error('no room');
      },
    };
    const drops: string[] = [];
    const app = await testApp()
      .controllers(LoadController)
      .logging({
        sinks: [hanging, throwing, working],
        // Room for what comes in at once: the one that works must lose nothing.
        delivery: { maxQueueRecords: 500, maxBatchRecords: 50, maxDelayMs: 5 },
        onDrop: ({ sink, reason, count }) => drops.push(...Array<string>(count).fill(`${sink} ${reason}`)),
      })
      .start();

    const statuses: number[] = [];
    const client = async () => {
      for (let request = 0; request < 50; request++) {
        const response = await app.get('/load');
        await response.text();
        statuses.push(response.status);
      }
    };
    await Promise.all(Array.from({ length: 20 }, client));
    expect(statuses).to.deep.equal(Array<number>(1_000).fill(200));
    await until(() => working.records.length === 1_000);
    expect(new Set(working.records.map(({ _id }) => _id)).size).to.equal(1_000);

    for (const name of ['hanging', 'throwing']) {
      const lane = app.logging.stats().sinks[name]!;
      expect(lane.accepted).to.equal(1_000);
      expect(lane.queued + lane.inFlight).to.be.at.most(550);
      expect(lane.queued + lane.inFlight + lane.dropped['queue-full']).to.equal(1_000);
    }

    const misspelt = app.logging.close({ deadlineMS: 50 } as object);
    expect(await misspelt.catch((error: Error) => error.message)).to.contain('did you mean "deadlineMs"?');
    await app.logging.close({ deadlineMs: 50 });
    const { sinks } = app.logging.stats();
    for (const name of ['hanging', 'throwing']) {
      const { delivered, queued, inFlight, dropped } = sinks[name]!;
      expect([delivered, queued, inFlight]).to.deep.equal([0, 0, 0]);
      expect(dropped['queue-full'] + dropped.closed).to.equal(1_000);
      expect(drops.filter(drop => drop.startsWith(name))).to.have.length(1_000);
    }
    expect(sinks['working']!.delivered).to.equal(1_000);
  });
});

describe('a sink that cannot be opened when the application starts', () => {
  it('for an unreachable MongoDB is told once, without the password, and changes no answer', async () => {
    const app = await testApp()
      .controllers(LoadController)
      .logging({
        sinks: [
          mongoSink({
            url: 'mongodb://logger:canary-password@127.0.0.1:1/logs',
            clientOptions: { serverSelectionTimeoutMS: 50 },
          }),
        ],
        delivery: { retryMinDelayMs: 1, retryMaxDelayMs: 5 },
      })
      .start();
    await until(() => app.reports.length > 0);
    for (let request = 0; request < 3; request++) expect((await app.get('/load')).status).to.equal(200);
    await until(() => app.logging.stats().exchanges.recorded === 3);
    const lane = app.logging.stats().sinks['mongo']!;
    expect(lane).to.deep.include({ accepted: 3, delivered: 0, queued: 3 });
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['SINK_OPEN_FAILED']);
    expect(app.reports[0]!.message).to.contain('127.0.0.1:1');
    expect(JSON.stringify([app.reports, app.reports.map(String), lane])).not.to.contain('canary');
    await app.logging.close({ deadlineMs: 0 });
    expect(app.logging.stats().sinks['mongo']!.dropped.closed).to.equal(3);
  });

  it('for an unwritable directory is told once, with its name and the remedy, and recovers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logged-'));
    const directory = join(folder, 'in-the-way');
    await writeFile(directory, 'a file where the folder should be');
    try {
      const app = await testApp()
        .controllers(LoadController)
        .logging({
          sinks: [fileSink({ directory })],
          delivery: { retryMinDelayMs: 1, retryMaxDelayMs: 5, maxDelayMs: 1 },
        })
        .start();
      await until(() => app.reports.length > 0);
      expect((await app.get('/load')).status).to.equal(200);
      expect(app.reports.map(({ code }) => code)).to.deep.equal(['SINK_OPEN_FAILED']);
      expect(app.reports[0]!.message).to.contain(directory);
      await rm(directory);
      await until(() => app.logging.stats().sinks['file']!.delivered === 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
