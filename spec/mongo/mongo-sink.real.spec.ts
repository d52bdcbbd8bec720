import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { mongoSink } from '../../src/mongo';
import { deliver, mongoRecords } from '../support/mongo-records';
import { findRealMongod, startReplicaSet, startStandalone, type RunningMongod } from '../support/real-mongod';
import { describeMongoSinkOn } from './mongo-sink-suite';

const found = findRealMongod();

if (found.kind === 'none') {
  process.stderr.write(`\nSKIPPED: the specs on a real mongod, because ${found.reason}.\n\n`);
  describe('a mongo sink on a real mongod', () => {
    it('is specified there too', function () {
      if (process.env['LOGGED_REQUIRE_MONGOD'] === '1') throw new Error(`LOGGED_REQUIRE_MONGOD=1, but ${found.reason}`);
      this.skip();
    });
  });
}

if (found.kind === 'server') {
  process.stderr.write(
    '\nOnly a replica set that the specs start themselves is made to step down: see MONGODB_URL.\n\n',
  );
  describeMongoSinkOn('the server of MONGODB_URL', async () => ({ url: found.url, stop: async () => {} }));
}

if (found.kind === 'binary') {
  describeMongoSinkOn('a real standalone mongod', () => startStandalone(found.path));
  describeMongoSinkOn('a real replica set of one', () => startReplicaSet(found.path, 1));

  describe('a mongo sink on a real replica set of three', () => {
    let set: RunningMongod | undefined;

    before(async function () {
      this.timeout(180_000);
      set = await startReplicaSet(found.path, 3);
    });

    after(async function () {
      this.timeout(60_000);
      await set?.stop();
    });

    it('loses and doubles nothing when the primary steps down in mid-load', async function () {
      this.timeout(120_000);
      const { url } = set!;
      const client = await new MongoClient(url).connect();
      const sink = mongoSink({ url, database: 'step_down' });
      try {
        const reports: string[] = [];
        await sink.open?.({ report: ({ message }) => void reports.push(message) });
        const primary = async (): Promise<unknown> =>
          String((await client.db('admin').command({ hello: 1 }))['electionId']);
        const electedBefore = await primary();

        const sent: string[] = [];
        const send = async (batches: number): Promise<void> => {
          for (let count = 0; count < batches; count += 1) {
            const batch = mongoRecords(20, `b${sent.length}`);
            sent.push(...batch.map(({ _id }) => _id));
            expect(await deliver(sink, batch, { attemptMs: 20_000 })).to.deep.include({ rejectedIds: [] });
          }
        };
        await send(50);
        let isSteppingDown = true;
        const steppedDown = client
          .db('admin')
          .command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 })
          // Older servers cut the connection of the one who asks.
          .catch(() => {})
          .finally(() => {
            isSteppingDown = false;
          });
        while (isSteppingDown) await send(1);
        await steppedDown;
        await send(50);

        expect(await primary()).not.to.equal(electedBefore);
        const collection = client.db('step_down').collection<{ _id: string }>('requests');
        const documents = await collection.find({}, { readConcern: { level: 'majority' } }).toArray();
        expect(documents.map(({ _id }) => _id).sort()).to.deep.equal(sent.sort());
        expect(reports).to.deep.equal([]);
      } finally {
        await sink.close?.();
        await client.close();
      }
    });
  });
}
