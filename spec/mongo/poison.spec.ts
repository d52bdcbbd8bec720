import { expect } from 'chai';
import type { Document } from 'mongodb';
import { mongoSink } from '../../src/mongo';
import { mongoRecords } from '../support/mongo-records';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';

const BATCH = 250;
const SECRET = 'secret-that-the-server-quotes';
const MOST_CALLS_PER_POISON = 16;

describe('a batch of 250 records', () => {
  let server: ScriptedMongoServer;

  beforeEach(async () => (server = await ScriptedMongoServer.start()));
  afterEach(() => server.stop());

  /** Has the server refuse these records for good, and tells how many calls that took. */
  async function writePoison(poison: ReadonlySet<string>, isNamed: boolean) {
    const sink = mongoSink({ url: server.url, indexes: false });
    const errmsg = `Document failed validation: ${SECRET}`;
    const poisonIn = ({ documents }: Document): readonly number[] =>
      [...(documents as Document[]).entries()].filter(([, { _id }]) => poison.has(String(_id))).map(([index]) => index);
    server.fail(
      'insert',
      command => {
        if (!isNamed) return { errorCode: 2, errmsg };
        return { writeErrors: poisonIn(command).map(index => ({ index, code: 121, errmsg })) };
      },
      { times: Infinity, when: command => poisonIn(command).length > 0 },
    );
    try {
      await sink.open?.({ report: () => {} });
      await sink.write(mongoRecords(1, 'healthy'), AbortSignal.timeout(5_000));
      const callsBefore = server.commands('insert').length;
      const result = await sink.write(mongoRecords(BATCH), AbortSignal.timeout(10_000));
      return {
        extraCalls: server.commands('insert').length - callsBefore - 1,
        rejected: result?.rejected ?? [],
      };
    } finally {
      await sink.close?.();
    }
  }

  for (const percent of [1, 10, 100]) {
    for (const isNamed of [true, false]) {
      const how = isNamed ? 'the server names' : 'make the server refuse whole calls';
      it(`with ${percent} % that ${how} stores the others, and tells each of these with a reason`, async () => {
        const ids = mongoRecords(BATCH).map(({ _id }) => _id);
        const count = Math.ceil((BATCH * percent) / 100);
        const poison = new Set(ids.filter((_, index) => (index * 83) % BATCH < count));
        expect(poison.size).to.equal(count);

        const { extraCalls, rejected } = await writePoison(poison, isNamed);
        if (isNamed) expect(extraCalls).to.equal(0);
        else expect(extraCalls / count).to.be.within(1, MOST_CALLS_PER_POISON);
        expect(rejected.map(({ index }) => ids[index])).to.have.members([...poison]);
        const stored = server.stored('logs.requests').map(({ _id }) => String(_id));
        expect(stored).to.have.members(['healthy-0', ...ids.filter(id => !poison.has(id))]);
        const reason = isNamed ? 'DocumentValidationFailure (121)' : 'BadValue (2)';
        expect(new Set(rejected.map(({ reason: why }) => why))).to.deep.equal(new Set([reason]));
        expect(JSON.stringify(rejected)).not.to.contain(SECRET);
      });
    }
  }
});
