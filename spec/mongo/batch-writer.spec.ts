import { expect } from 'chai';
import { MongoServerError, type Document } from 'mongodb';
import { BatchWriter, type BatchOutcome } from '../../src/mongo/batch-writer';

const signal = new AbortController().signal;

const batchOf = (size: number, name = 'd'): Document[] =>
  Array.from({ length: size }, (_, index) => ({ _id: `${name}${index}` }));

/** A server that refuses every call which holds one of these documents, without saying which. */
function refusing(code: number, refuses: (id: string) => boolean) {
  const server = { calls: 0, stored: new Set<string>(), code };
  const writer = new BatchWriter(async documents => {
    server.calls += 1;
    const ids = documents.map(({ _id }) => String(_id));
    if (ids.some(refuses)) throw new MongoServerError({ ok: 0, code: server.code, errmsg: 'scripted' });
    for (const id of ids) server.stored.add(id);
  });
  return { server, writer };
}

async function writeTimes(writer: BatchWriter, batch: Document[], times: number): Promise<BatchOutcome[]> {
  const outcomes: BatchOutcome[] = [];
  for (let count = 0; count < times; count += 1) outcomes.push(await writer.write(batch, signal));
  return outcomes;
}

describe('a batch that the server refuses as a whole', () => {
  for (const poison of [1, 10]) {
    it(`is stored but for ${poison} poison of 250 records, within 16 more calls for each`, async () => {
      const bad = new Set(Array.from({ length: poison }, (_, index) => `d${(index * 83) % 250}`));
      const { server, writer } = refusing(15, id => bad.has(id));
      const { rejected, failure } = await writer.write(batchOf(250), signal);
      expect(failure).to.equal(undefined);
      expect(rejected.map(({ index }) => `d${index}`)).to.have.members([...bad]);
      expect(rejected.map(({ index }) => index)).to.deep.equal(
        rejected.map(({ index }) => index).sort((a, b) => a - b),
      );
      expect(server.stored.size).to.equal(250 - poison);
      expect(server.calls).to.be.at.most(1 + 16 * poison);
    });
  }

  it('is rejected as a whole when all of it is poison and the server takes other batches', async () => {
    const { server, writer } = refusing(15, id => id.startsWith('bad'));
    await writer.write(batchOf(3), signal);
    const { rejected, failure } = await writer.write(batchOf(250, 'bad'), signal);
    expect(failure).to.equal(undefined);
    expect(rejected).to.have.length(250);
    expect(server.calls).to.be.at.most(1 + 2 * 250);
  });

  it('comes again while the server has never taken a record, and is rejected in the end', async () => {
    const { server, writer } = refusing(2, () => true);
    const outcomes = await writeTimes(writer, batchOf(4), 21);
    expect(outcomes.slice(0, 20).map(({ failure, rejected }) => [failure?.kind, rejected.length])).to.deep.equal(
      Array.from({ length: 20 }, () => ['unknown', 0]),
    );
    expect(outcomes[20]).to.deep.equal({
      rejected: [0, 1, 2, 3].map(index => ({ index, reason: 'BadValue (2)' })),
    });
    expect(server.calls).to.be.below(40);
  });

  it('comes again a few times for an unknown reason before its records are told apart', async () => {
    const { writer } = refusing(31_337, id => id === 'd1');
    const outcomes = await writeTimes(writer, batchOf(4), 5);
    expect(outcomes.slice(0, 4).map(({ failure }) => failure?.kind)).to.deep.equal(Array(4).fill('unknown'));
    expect(outcomes[4]).to.deep.equal({ rejected: [{ index: 1, reason: 'server error (31337)' }] });
  });

  it('keeps its records when an unknown reason lets none of them through', async () => {
    const { server, writer } = refusing(31_337, id => id.startsWith('late'));
    await writer.write(batchOf(3), signal);
    const outcomes = await writeTimes(writer, batchOf(4, 'late'), 10);
    expect(outcomes.map(({ rejected }) => rejected.length)).to.deep.equal(Array(10).fill(0));
    server.code = 10107;
    expect((await writer.write(batchOf(4, 'late'), signal)).failure?.kind).to.equal('retry');
  });

  it('stops telling records apart when the connection breaks, and keeps the rest', async () => {
    let calls = 0;
    const writer = new BatchWriter(async documents => {
      calls += 1;
      if (calls === 3) throw Object.assign(new Error('scripted'), { name: 'MongoNetworkError' });
      if (documents.length > 1) throw new MongoServerError({ ok: 0, code: 15, errmsg: 'scripted' });
    });
    const { failure, rejected } = await writer.write(batchOf(4), signal);
    expect([failure?.kind, rejected, calls]).to.deep.equal(['retry', [], 3]);
  });
});

describe('a batch that cannot be built, though each of its records can', () => {
  it('comes again like any other unknown failure', async () => {
    const writer = new BatchWriter(() => Promise.reject(new RangeError('scripted')));
    const { failure, rejected } = await writer.write(batchOf(2), signal);
    expect([failure?.kind, failure?.words, rejected]).to.deep.equal(['unknown', 'RangeError', []]);
  });
});
