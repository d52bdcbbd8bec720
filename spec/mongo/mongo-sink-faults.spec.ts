import { inspect } from 'node:util';
import { expect } from 'chai';
import { MongoClient, type Document } from 'mongodb';
import type { LoggingError } from '../../src/errors';
import { mongoSink, type MongoSinkOptions } from '../../src/mongo';
import type { LogRecord } from '../../src/record/log-record';
import type { Sink } from '../../src/sinks/sink';
import { CANARY, deliver, mongoRecord, mongoRecords, sinkErrorOf } from '../support/mongo-records';
import { ScriptedMongoServer, type Fault } from '../support/scripted-mongo-server';

const NETWORK_LIMITS = { serverSelectionTimeoutMS: 1_500, connectTimeoutMS: 1_500, minHeartbeatFrequencyMS: 20 };
const IMPATIENT = { ...NETWORK_LIMITS, serverSelectionTimeoutMS: 150 };

for (const replicaSet of [undefined, 'rs0']) {
  describe(`a mongo sink whose ${replicaSet === undefined ? 'standalone server' : 'replica set'} fails`, () => {
    let server: ScriptedMongoServer;
    let sinks: Sink[];
    let reports: LoggingError[];

    before(async () => {
      server = await ScriptedMongoServer.start(replicaSet === undefined ? {} : { replicaSet });
    });

    after(() => server.stop());

    beforeEach(() => {
      sinks = [];
      reports = [];
    });

    afterEach(async () => {
      for (const sink of sinks) await sink.close?.();
      server.reset();
    });

    function newSink(options: MongoSinkOptions = {}): Sink {
      const sink = mongoSink({
        url: server.url,
        indexes: false,
        clientOptions: NETWORK_LIMITS,
        ...options,
      });
      sinks.push(sink);
      return sink;
    }

    async function openSink(options: MongoSinkOptions = {}): Promise<Sink> {
      const sink = newSink(options);
      await sink.open?.({ report: error => void reports.push(error) });
      return sink;
    }

    const write = (sink: Sink, batch: readonly LogRecord[]): Promise<unknown> =>
      sink.write(batch, AbortSignal.timeout(5_000));

    async function storedIds(): Promise<readonly string[]> {
      const client = await new MongoClient(server.url).connect();
      try {
        const documents = await client.db('logs').collection<{ _id: string }>('requests').find().toArray();
        return documents.map(({ _id }) => _id).sort();
      } finally {
        await client.close();
      }
    }

    const idsOf = (records: readonly LogRecord[]): readonly string[] => records.map(({ _id }) => _id).sort();

    it('delivers every record once, whatever happens to single calls', async () => {
      const sink = await openSink();
      const faults: readonly Fault[] = [
        { dropAfter: true },
        { errorCode: 10107, errorLabels: ['RetryableWriteError'] },
        { dropBefore: true },
        { errorCode: 189, errorLabels: ['RetryableWriteError'] },
        { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
        { writeErrors: [{ index: 3, code: 11602 }] },
        { errorCode: 112 },
        { dropAfter: true },
      ];
      const batches = faults.map((_, index) => mongoRecords(10, `b${index}`));
      for (const [index, fault] of faults.entries()) {
        // Twice, because a driver on a replica set gets over the first one by itself.
        server.fail('insert', fault, { times: 2 });
        expect(await deliver(sink, batches[index]!)).to.deep.include({ rejectedIds: [] });
      }
      expect(await storedIds()).to.deep.equal(idsOf(batches.flat()));
    });

    it('takes a reply that was lost after the records were stored for delivered', async () => {
      const sink = await openSink();
      server.fail('insert', { dropAfter: true });
      const { attempts, rejectedIds } = await deliver(sink, mongoRecords(3));
      expect(rejectedIds).to.deep.equal([]);
      // The driver's own retry is recognised by its number; a standalone server gets no such retry.
      expect(attempts).to.equal(replicaSet === undefined ? 2 : 1);
      expect(server.commands('insert')).to.have.length(2);
      expect(await storedIds()).to.deep.equal(['r-0', 'r-1', 'r-2']);
    });

    it('stops waiting for a server that does not answer when the signal aborts', async () => {
      const sink = await openSink();
      server.fail('insert', { hang: true });
      const error = await sinkErrorOf(sink.write(mongoRecords(2), AbortSignal.timeout(50)));
      expect(error.message).to.match(
        /, collection logs\.requests did not take the batch: no answer before the deadline\.$/,
      );
      expect(error).to.include({ retryable: true, retryAfterMs: undefined });
      await write(sink, mongoRecords(2));
      expect(await storedIds()).to.deep.equal(['r-0', 'r-1']);
    });

    it('is not harmed by an answer that comes after the deadline', async () => {
      const sink = await openSink();
      server.fail('insert', { delayMs: 120 });
      await sinkErrorOf(sink.write(mongoRecords(2), AbortSignal.timeout(30)));
      expect(await deliver(sink, mongoRecords(2))).to.deep.equal({ rejectedIds: [], attempts: 1 });
      expect(await storedIds()).to.deep.equal(['r-0', 'r-1']);
    });

    it('sends nothing when the signal has aborted already', async () => {
      const sink = await openSink();
      await sinkErrorOf(sink.write(mongoRecords(2), AbortSignal.abort()));
      expect(server.commands('insert')).to.deep.equal([]);
    });

    it('gives up by itself on a server that hangs', async () => {
      const sink = await openSink({ clientOptions: { ...NETWORK_LIMITS, socketTimeoutMS: 100 } });
      server.fail('insert', { hang: true }, { times: 2 });
      const error = await sinkErrorOf(write(sink, mongoRecords(2)));
      expect(error.message).to.contain('MongoNetworkTimeoutError');
      expect(await deliver(sink, mongoRecords(2))).to.deep.include({ rejectedIds: [] });
    });

    it('says what to fix when the user may not write', async () => {
      const sink = await openSink();
      const errmsg = `not authorized on logs to execute command { insert: "requests", documents: [ { note: "${CANARY}" } ] }`;
      server.fail('insert', { errorCode: 13, errmsg });
      const error = await sinkErrorOf(write(sink, mongoRecords(1)));
      expect(error.message).to.equal(
        `MongoDB at ${server.address}, collection logs.requests did not take the batch: Unauthorized (13). ` +
          'Give the user the role readWrite on the database.',
      );
      expect(error).to.include({ retryable: true, retryAfterMs: 30_000 });
      expect(inspect(error, { depth: 20, showHidden: true })).not.to.contain(CANARY);
    });

    it('waits longer for a server that is overloaded or out of disk space', async () => {
      const sink = await openSink();
      const waits: unknown[] = [];
      for (const errorCode of [462, 14031]) {
        server.fail('insert', { errorCode });
        waits.push((await sinkErrorOf(write(sink, mongoRecords(1)))).retryAfterMs);
      }
      expect(waits).to.deep.equal([2_000, 30_000]);
    });

    it('comes again when the write concern was not met, which stores nothing twice', async () => {
      const sink = await openSink();
      server.fail('insert', { writeConcernError: { code: 100, errmsg: 'Not enough data-bearing nodes' } });
      const error = await sinkErrorOf(write(sink, mongoRecords(2)));
      expect(error.message).to.contain('written, but not confirmed: UnsatisfiableWriteConcern (100)');
      expect(await deliver(sink, mongoRecords(2))).to.deep.equal({ rejectedIds: [], attempts: 1 });
      expect(await storedIds()).to.deep.equal(['r-0', 'r-1']);
    });

    it('does not take duplicates for delivered while the write concern is not met', async () => {
      const sink = await openSink();
      await write(sink, mongoRecords(2));
      server.fail('insert', { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } });
      const error = await sinkErrorOf(write(sink, mongoRecords(2)));
      expect(error.rejected).to.deep.equal([]);
    });

    it('rejects what the server refuses for good even when others must come again', async () => {
      const sink = await openSink();
      const writeErrors = [
        { index: 0, code: 121, errmsg: `failed ${CANARY}` },
        { index: 2, code: 11600, errmsg: `interrupted ${CANARY}` },
      ];
      server.fail('insert', { writeErrors });
      const error = await sinkErrorOf(write(sink, mongoRecords(4)));
      expect(error.rejected).to.deep.equal([{ index: 0, reason: 'DocumentValidationFailure (121)' }]);
      expect(inspect(error, { depth: 20, showHidden: true })).not.to.contain(CANARY);
      await write(sink, mongoRecords(4).slice(1));
      expect(await storedIds()).to.deep.equal(['r-1', 'r-2', 'r-3']);
    });

    it('finds one record among a hundred that makes the server refuse the whole call', async () => {
      const sink = await openSink();
      const batch = mongoRecords(100).map((record, index) =>
        index === 63 ? mongoRecord(record._id, { requestId: 'nested too deeply' }) : record,
      );
      const holdsIt = ({ documents }: Document): boolean =>
        (documents as Document[]).some(({ requestId }) => requestId === 'nested too deeply');
      server.fail('insert', { errorCode: 15 }, { times: Infinity, when: holdsIt });
      expect(await write(sink, batch)).to.deep.equal({ rejected: [{ index: 63, reason: 'Overflow (15)' }] });
      expect(server.commands('insert').length).to.be.at.most(1 + 2 * 7);
      expect(await storedIds()).to.have.length(99);
    });

    describe('at start', () => {
      const withPassword = (): string => server.url.replace('://', '://app:s3cret-word@');

      it('rejects while the server is down, and opens once it runs', async () => {
        const sink = newSink({ url: withPassword(), clientOptions: IMPATIENT });
        await server.stop();
        const error = await sinkErrorOf(sink.open!({ report: () => {} }));
        expect(error.message).to.equal(
          `MongoDB at ${server.address}, collection logs.requests cannot be opened: MongoServerSelectionError ` +
            '(ECONNREFUSED). Check that the server runs, that it can be reached from here, and that the connection string is right.',
        );
        expect(error.retryable).to.equal(true);
        expect(inspect([error, sink], { depth: 20, showHidden: true })).not.to.contain('s3cret-word');
        await server.restart();

        const later = newSink();
        await later.open!({ report: () => {} });
        expect(await deliver(later, mongoRecords(2))).to.deep.equal({ rejectedIds: [], attempts: 1 });
      });

      it('opens the same sink once the server runs', async () => {
        const sink = newSink({ clientOptions: IMPATIENT });
        await server.stop();
        await sinkErrorOf(sink.open!({ report: () => {} }));
        await server.restart();
        await sink.open!({ report: () => {} });
        expect(await deliver(sink, mongoRecords(2))).to.deep.equal({ rejectedIds: [], attempts: 1 });
      });

      it('says that the log-in failed, without the password', async () => {
        const error = await sinkErrorOf(openSink({ url: withPassword() }));
        expect(error.message).to.equal(
          `MongoDB at ${server.address}, collection logs.requests cannot be opened: AuthenticationFailed (18). ` +
            'Check the user name, the password and authSource in the connection string.',
        );
        expect(error.retryAfterMs).to.equal(30_000);
        expect(inspect(error, { depth: 20, showHidden: true })).not.to.contain('s3cret-word');
      });

      it('stores where it may not look at the collection', async () => {
        server.fail('listCollections', { errorCode: 13 });
        await write(await openSink(), mongoRecords(1));
        expect(await storedIds()).to.deep.equal(['r-0']);
      });

      it('rejects when it cannot find out the kind of the collection', async () => {
        server.fail('listCollections', { errorCode: 11600 }, { times: 2 });
        expect((await sinkErrorOf(openSink())).message).to.contain('cannot be opened: InterruptedAtShutdown (11600).');
      });

      it('reports indexes that it may not create once, and goes on', async () => {
        server.fail('createIndexes', { errorCode: 13 }, { times: Infinity });
        const sink = await openSink({ indexes: true });
        for (const batch of [0, 1, 2, 3]) await write(sink, mongoRecords(2, `b${batch}`));
        await sink.close?.();
        expect(reports.map(({ code }) => code)).to.deep.equal(['INDEX_FAILED']);
        expect(reports[0]?.message).to.equal(
          `Sink "mongo" could not make these indexes of MongoDB at ${server.address}, collection logs.requests: ` +
            'at_-1 (Unauthorized (13)), requestId_1 (Unauthorized (13)), handler.controller_1_handler.action_1_at_-1 ' +
            '(Unauthorized (13)), statusClass_1_at_-1 (Unauthorized (13)), expireAt_1 (Unauthorized (13)). Records are ' +
            'stored all the same. Allow createIndex, drop the index that is in the way, or make them yourself and set ' +
            '`indexes: false`.',
        );
        expect(await storedIds()).to.have.length(8);
      });

      it('creates indexes later when there is no primary yet', async () => {
        server.fail('createIndexes', { errorCode: 10107 }, { times: 5 });
        const sink = await openSink({ indexes: true });
        for (const batch of [0, 1, 2, 3, 4]) await write(sink, mongoRecords(1, `b${batch}`));
        await sink.close?.();
        expect(server.commands('createIndexes').length).to.be.at.least(10);
        expect(reports).to.have.length(1);
      });
    });
  });
}

describe('a mongo sink that is closed while the server hangs', () => {
  it('does not wait for its indexes for long, and does not report them', async () => {
    const server = await ScriptedMongoServer.start();
    try {
      const reports: LoggingError[] = [];
      const sink = mongoSink({ url: server.url });
      server.fail('createIndexes', { hang: true }, { times: Infinity });
      await sink.open?.({ report: error => void reports.push(error) });
      await sink.write(mongoRecords(1), AbortSignal.timeout(5_000));
      await sink.close?.();
      expect(reports).to.deep.equal([]);
    } finally {
      await server.stop();
    }
  });
});
