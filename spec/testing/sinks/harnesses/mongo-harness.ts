import type { Document } from 'mongodb';
import { mongoSink } from '../../../../src/mongo';
import type { SinkHarness, SinkTarget } from '../../../../src/testing';
import { type Fault, ScriptedMongoServer } from '../../../support/scripted-mongo-server';

interface MongoTarget extends SinkTarget {
  readonly server: ScriptedMongoServer;
}

const PASSWORD = 's3cret-word';
const ALWAYS = { times: Infinity };

const LIMITS = {
  serverSelectionTimeoutMS: 100,
  connectTimeoutMS: 1_000,
  heartbeatFrequencyMS: 500,
  minHeartbeatFrequencyMS: 10,
};

const everyInsert =
  (fault: Fault) =>
  ({ server }: MongoTarget): void =>
    server.fail('insert', fault, ALWAYS);

/** Refuses the records with these ids, as the server does within a command that goes through. */
function refuseRecords(code: number) {
  return ({ server }: MongoTarget, ids: readonly string[]): void =>
    server.fail(
      'insert',
      command => {
        const places = (command['documents'] as Document[]).map(({ _id }, index) => ({ _id: String(_id), index }));
        const writeErrors = places.filter(({ _id }) => ids.includes(_id)).map(({ index }) => ({ index, code }));
        return writeErrors.length > 0 ? { writeErrors } : {};
      },
      ALWAYS,
    );
}

/** A mongo sink that logs in at a scripted server, standalone or as a replica set. */
export function mongoHarness(replicaSet?: string): SinkHarness<MongoTarget> {
  return {
    guarantee: 'exactly-once',
    deadlineMs: 30,
    async start() {
      const server = await ScriptedMongoServer.start(replicaSet === undefined ? {} : { replicaSet });
      const url = new URL(server.url.replace('://', `://app:${PASSWORD}@`));
      url.searchParams.set('authMechanism', 'PLAIN');
      url.searchParams.set('authSource', '$external');
      const sink = mongoSink({ url: url.href, clientOptions: LIMITS });
      return {
        server,
        sink,
        secrets: [PASSWORD, url.href],
        stored: async () => server.stored('logs.requests') as { _id: string }[],
        async repair() {
          server.release();
          await server.restart();
        },
        stop: () => server.stop(),
      };
    },
    faults: {
      unreachable: ({ server }) => server.stop(),
      'lost-before': everyInsert({ dropBefore: true }),
      'lost-after': everyInsert({ dropAfter: true }),
      hanging: everyInsert({ hang: true }),
      late: everyInsert({ hold: true }),
      slow: everyInsert({ delayMs: 20 }),
      partial: refuseRecords(11602),
      overloaded: everyInsert({ errorCode: 462 }),
      full: everyInsert({ errorCode: 14031 }),
      unknown: everyInsert({ errorCode: 31_337 }),
      credentials({ server }) {
        server.fail('saslStart', { errorCode: 18, errmsg: `no log-in with ${PASSWORD}` }, ALWAYS);
        server.disconnect();
      },
      configuration: everyInsert({ errorCode: 13 }),
      'poison-named': refuseRecords(121),
      'poison-unnamed': ({ server }, ids) =>
        server.fail(
          'insert',
          { errorCode: 15 },
          {
            ...ALWAYS,
            when: ({ documents }) => (documents as Document[]).some(({ _id }) => ids.includes(String(_id))),
          },
        ),
      'closed-for-good': 'a server may come back at any time',
    },
  };
}
