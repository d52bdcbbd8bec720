import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MongoClient, type Db, type Document } from 'mongodb';
import type { LoggingError } from '../../src/errors';
import { mongoSink, type MongoSinkOptions } from '../../src/mongo';
import type { LogRecord } from '../../src/record/log-record';
import type { Sink } from '../../src/sinks/sink';
import { CANARY, deliver, mongoRecord, mongoRecords, sinkErrorOf } from '../support/mongo-records';

const DAY_MS = 86_400_000;

/** Waits for what happens in the background. */
export async function eventually(check: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 8_000; Date.now() < end;) {
    if (await check()) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`it did not come to pass that ${what}`);
}

/** What the sink promises on any server. `start` is called once. */
export function describeMongoSinkOn(
  title: string,
  start: () => Promise<{ readonly url: string; stop(): Promise<void> }>,
): void {
  describe(`a mongo sink on ${title}`, () => {
    let server: { readonly url: string; stop(): Promise<void> } | undefined;
    let client: MongoClient;
    let database: Db;
    let sinks: Sink[];
    let reports: LoggingError[];

    before(async function () {
      this.timeout(120_000);
      server = await start();
      client = await new MongoClient(server.url).connect();
    });

    after(async function () {
      this.timeout(60_000);
      await client?.close();
      await server?.stop();
    });

    beforeEach(() => {
      database = client.db(`logged_${randomUUID().replaceAll('-', '').slice(0, 16)}`);
      sinks = [];
      reports = [];
    });

    afterEach(async () => {
      for (const sink of sinks) await sink.close?.();
      await database.dropDatabase();
    });

    const stored = (collection = 'requests'): Promise<Document[]> => database.collection(collection).find().toArray();
    const storedIds = async (): Promise<string[]> => (await stored()).map(({ _id }) => String(_id)).sort();
    const indexes = async (): Promise<Document[]> => database.collection('requests').listIndexes().toArray();
    const write = (sink: Sink, batch: readonly LogRecord[]): Promise<unknown> =>
      sink.write(batch, AbortSignal.timeout(8_000));

    const sixIndexes = (): Promise<void> =>
      eventually(async () => (await indexes().catch(() => [])).length === 6, 'there are six indexes');

    function newSink(options: MongoSinkOptions = {}): Sink {
      const place = typeof options.collection === 'object' ? {} : { url: server!.url, database: database.databaseName };
      const sink = mongoSink({ ...place, ...options });
      sinks.push(sink);
      return sink;
    }

    async function openSink(options: MongoSinkOptions = {}): Promise<Sink> {
      const sink = newSink(options);
      await sink.open?.({ report: error => void reports.push(error) });
      return sink;
    }

    it('stores every field of a record with its type', async () => {
      const record = mongoRecord('r1', {
        error: { name: 'Error', message: 'm', stack: null, causes: [], fingerprint: '0123456789abcdef' },
        attributes: { plan: 'gold' },
      });
      await write(await openSink(), [record]);
      expect(await stored()).to.deep.equal([record]);
    });

    it('stores a batch of a hundred records', async () => {
      await write(await openSink(), mongoRecords(100));
      expect(await storedIds()).to.have.length(100);
    });

    it('gives a record its time to expire, unless it brings its own', async () => {
      const own = new Date('2031-01-01T00:00:00Z');
      // Without the index, because these records have expired already.
      const sink = await openSink({ expireAfterDays: 30, indexes: false });
      await write(sink, [mongoRecord('r1'), mongoRecord('r2', { expireAt: own })]);
      const { at } = mongoRecord('r1');
      expect((await stored()).map(({ expireAt }) => expireAt as unknown)).to.deep.equal([
        new Date(at.getTime() + 30 * DAY_MS),
        own,
      ]);
    });

    it('leaves the records as they were given', async () => {
      const record = Object.freeze(mongoRecord('r1'));
      const sink = await openSink({ expireAfterDays: 1, indexes: false });
      await write(sink, Object.freeze([record]));
      expect(record).to.deep.equal(mongoRecord('r1'));
      expect(await storedIds()).to.deep.equal(['r1']);
    });

    it('creates its indexes and the one that deletes expired records', async () => {
      await openSink();
      await sixIndexes();
      const made = (await indexes()).map(({ key, expireAfterSeconds }) => ({
        key: key as unknown,
        expireAfterSeconds: expireAfterSeconds as unknown,
      }));
      const plain = (key: Document): unknown => ({ key, expireAfterSeconds: undefined });
      expect(made).to.have.deep.members([
        plain({ _id: 1 }),
        plain({ at: -1 }),
        plain({ requestId: 1 }),
        plain({ 'handler.controller': 1, 'handler.action': 1, at: -1 }),
        plain({ statusClass: 1, at: -1 }),
        { key: { expireAt: 1 }, expireAfterSeconds: 0 },
      ]);
      expect(reports).to.deep.equal([]);
    });

    it('waits for the indexes when it is closed', async () => {
      const sink = await openSink();
      await sink.close?.();
      expect(await indexes()).to.have.length(6);
    });

    it('creates no index when told not to', async () => {
      const sink = await openSink({ indexes: false });
      await write(sink, [mongoRecord('r1')]);
      await sink.close?.();
      expect(await indexes()).to.have.length(1);
    });

    it('takes indexes as they are when it is opened again, and under other names', async () => {
      await database.collection('requests').createIndex({ requestId: 1 }, { name: 'by_request' });
      for (const sink of [await openSink(), await openSink()]) {
        await sixIndexes();
        await sink.close?.();
      }
      expect(reports).to.deep.equal([]);
      expect(await indexes()).to.have.length(6);
    });

    it('changes an expiry index that deletes at another time', async () => {
      await database.collection('requests').createIndex({ expireAt: 1 }, { expireAfterSeconds: 3_600 });
      await openSink();
      const expiry = async (): Promise<unknown> =>
        (await indexes()).find(({ name }) => name === 'expireAt_1')?.['expireAfterSeconds'];
      await eventually(async () => (await expiry()) === 0, 'records are deleted at their own time');
      expect(reports).to.deep.equal([]);
    });

    it('reports an index that is in the way once, and stores records all the same', async () => {
      await database.collection('requests').createIndex({ level: 1 }, { name: 'at_-1' });
      const sink = await openSink();
      for (const id of ['r1', 'r2', 'r3']) await write(sink, [mongoRecord(id)]);
      await sixIndexes();
      await sink.close?.();
      expect(reports.map(({ code }) => code)).to.deep.equal(['INDEX_FAILED']);
      expect(reports[0]?.message).to.contain(': at_-1 (');
      expect(await indexes()).to.have.length(6);
      expect(await storedIds()).to.deep.equal(['r1', 'r2', 'r3']);
    });

    it('counts a record that comes again as delivered', async () => {
      const sink = await openSink();
      const [first, second, third] = mongoRecords(3);
      await write(sink, [first!, second!]);
      expect(await write(sink, [first!, second!, third!])).to.equal(undefined);
      expect(await write(sink, [first!])).to.equal(undefined);
      expect(await storedIds()).to.deep.equal(['r-0', 'r-1', 'r-2']);
    });

    it('rejects a record that a unique index of the application refuses', async () => {
      await database.collection('requests').createIndex({ traceId: 1 }, { unique: true });
      const sink = await openSink();
      // A client that sends this as its trace id must not make its record pass for delivered.
      const traceId = 'x index: _id_ dup key: { _id: 1 }';
      const result = await write(sink, [mongoRecord('r1', { traceId }), mongoRecord('r2', { traceId })]);
      expect(result).to.deep.equal({
        rejected: [{ index: 1, reason: 'DuplicateKey (11000) in a unique index other than that of _id' }],
      });
      expect(await storedIds()).to.deep.equal(['r1']);
    });

    it('rejects a record that the validator of the collection refuses, and stores the others', async () => {
      await database.createCollection('requests', { validator: { requestId: { $ne: 'forbidden' } } });
      const sink = await openSink();
      const batch = [mongoRecord('r1'), mongoRecord('r2', { requestId: 'forbidden' }), mongoRecord('r3')];
      const { rejectedIds, attempts } = await deliver(sink, batch);
      expect({ rejectedIds, attempts }).to.deep.equal({ rejectedIds: ['r2'], attempts: 1 });
      expect(await storedIds()).to.deep.equal(['r1', 'r3']);
    });

    it('rejects records that cannot be sent at all, and stores the others', async () => {
      const sink = await openSink();
      const hostile = {
        toBSON() {
          throw new Error(`refused ${CANARY}`);
        },
      };
      const huge = { ...mongoRecord('huge').request, body: 'x'.repeat(17_000_000) };
      const batch = [
        mongoRecord('r1'),
        Object.assign(mongoRecord('throwing'), { attributes: { hostile } }),
        mongoRecord('huge', { request: huge }),
        mongoRecord('r2'),
      ];
      const result = (await write(sink, batch)) as { rejected: { index: number; reason: string }[] };
      expect(result.rejected.map(({ index }) => index)).to.deep.equal([1, 2]);
      expect(result.rejected[0]?.reason).to.equal('cannot be written as BSON: Error');
      expect(result.rejected[1]?.reason).to.match(/^too large: 17\d{6} bytes of BSON, the limit is 16777216$/);
      expect(await storedIds()).to.deep.equal(['r1', 'r2']);
    });

    it('ends with a batch of nothing but such records', async () => {
      const sink = await openSink();
      const huge = { ...mongoRecord('huge').request, body: 'x'.repeat(16_800_000) };
      const result = await write(sink, [mongoRecord('h1', { request: huge }), mongoRecord('h2', { request: huge })]);
      expect(result).to.have.property('rejected').with.length(2);
      expect(await stored()).to.deep.equal([]);
    });

    it('refuses a view when it is opened', async () => {
      await database.createCollection('source');
      await database.createCollection('requests', { viewOn: 'source', pipeline: [] });
      const error = await sinkErrorOf(openSink());
      expect(error.message).to.match(
        /collection logged_\w+\.requests cannot be opened: a view takes no records\. Give `collection` the name of/,
      );
      expect(error).to.include({ retryable: true, retryAfterMs: 30_000 });
    });

    it('says of a capped collection that nothing expires there, and stores', async () => {
      await database.createCollection('requests', { capped: true, size: 1_000_000 });
      const sink = await openSink({ expireAfterDays: 1 });
      await write(sink, [mongoRecord('r1')]);
      await sink.close?.();
      expect(reports.map(({ code }) => code)).to.deep.equal(['COLLECTION_LIMITED']);
      expect(reports[0]?.message).to.match(/\.requests is capped: the server deletes its oldest records/);
      expect((await indexes()).map(({ name }) => name as unknown)).not.to.include('expireAt_1');
      expect(await storedIds()).to.deep.equal(['r1']);
    });

    it('says of a time series that records may be doubled there, and stores', async () => {
      await database.createCollection('requests', { timeseries: { timeField: 'at' } });
      const sink = await openSink();
      await write(sink, [mongoRecord('r1')]);
      expect(reports[0]?.message).to.match(/\.requests is a time series, which has no unique `_id`/);
      expect(await storedIds()).to.deep.equal(['r1']);
    });

    it('refuses a time series over another field', async () => {
      await database.createCollection('requests', { timeseries: { timeField: 'time' } });
      const error = await sinkErrorOf(openSink());
      expect(error.message).to.match(
        /a time series over a field that records do not have\. Its time field must be "at"\.$/,
      );
    });

    it('writes to a collection of the application and leaves its client open', async () => {
      const sink = await openSink({ collection: database.collection('their_own') });
      await write(sink, [mongoRecord('r1')]);
      await sink.close?.();
      expect(await stored('their_own')).to.deep.equal([mongoRecord('r1')]);
    });

    it('keeps a batch for later when the application has closed its client', async () => {
      const theirs = await new MongoClient(server!.url).connect();
      const sink = await openSink({ collection: theirs.db(database.databaseName).collection('requests') });
      await theirs.close();
      const error = await sinkErrorOf(write(sink, [mongoRecord('r1')]));
      expect(error.retryable).to.equal(true);
      expect(error.message).to.match(
        /^collection logged_\w+\.requests did not take the batch: Mongo\w+Error\. The client was/,
      );
    });

    it('keeps a batch for later when it is closed already', async () => {
      const sink = await openSink();
      await sink.close?.();
      const error = await sinkErrorOf(write(sink, [mongoRecord('r1')]));
      expect(error.retryable).to.equal(true);
      expect(error.message).to.match(/the sink is closed\.$/);
      expect((await sinkErrorOf(sink.open!({ report: () => {} }))).message).to.equal(error.message);
    });

    it('works without having been opened', async () => {
      await write(newSink(), [mongoRecord('r1')]);
      expect(await storedIds()).to.deep.equal(['r1']);
    });
  });
}
