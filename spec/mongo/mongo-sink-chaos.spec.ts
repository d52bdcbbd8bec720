import { expect } from 'chai';
import { mongoSink } from '../../src/mongo';
import type { Sink } from '../../src/sinks/sink';
import { ChaosProxy } from '../support/chaos-proxy';
import { eventually } from '../support/eventually';
import { writeThroughFreeze } from '../support/frozen-server';
import { deliver, mongoRecords } from '../support/mongo-records';
import { type Fault, ScriptedMongoServer } from '../support/scripted-mongo-server';

const LIMITS = { serverSelectionTimeoutMS: 150, heartbeatFrequencyMS: 500, minHeartbeatFrequencyMS: 10 };
const STEP_DOWN_CODES = [10107, 189, 91, 11600, 11602];

/** What happens to the network while a batch is written, and what ends it. */
const NETWORKS: Record<string, (proxy: ChaosProxy) => unknown> = {
  'is slow': proxy => proxy.inflict({ latencyMs: 3 }),
  drips: proxy => proxy.inflict({ latencyMs: 1, sliceBytes: 1_000 }),
  'passes slices': proxy => proxy.inflict({ sliceBytes: 7 }),
  'swallows requests': proxy => proxy.inflict({ blackHole: 'requests' }),
  'swallows answers': proxy => proxy.inflict({ blackHole: 'answers' }),
  'swallows everything': proxy => proxy.inflict({ blackHole: 'both' }),
  'resets connections': proxy => proxy.reset(),
  'refuses connections': proxy => proxy.refuse(),
  'closes the half that brings answers': proxy => proxy.halfClose(),
  'cuts an answer in the middle': proxy => proxy.inflict({ cutAnswersAfterBytes: 20 }),
};

describe('a mongo sink behind a network that', () => {
  let server: ScriptedMongoServer;
  let proxy: ChaosProxy;
  let sink: Sink;

  beforeEach(async () => {
    server = await ScriptedMongoServer.start();
    proxy = await ChaosProxy.start(server.address);
    sink = mongoSink({
      url: `mongodb://${proxy.address}/?directConnection=true`,
      indexes: false,
      clientOptions: LIMITS,
    });
    await sink.open?.({ report: () => {} });
  });

  afterEach(async () => {
    await sink.close?.();
    await proxy.stop();
    await server.stop();
  });

  for (const [what, inflict] of Object.entries(NETWORKS)) {
    it(`${what} loses nothing and stores nothing twice`, async () => {
      const batches = [0, 1, 2].map(number => mongoRecords(10, `b${number}`));
      await deliver(sink, batches[0]!);
      await inflict(proxy);
      // An outage, of which the sink makes what it can; a slow network it gets through.
      await sink.write(batches[1]!, AbortSignal.timeout(60)).catch(() => undefined);
      await proxy.heal();
      for (const batch of batches.slice(1)) {
        expect(await deliver(sink, batch)).to.deep.include({ rejectedIds: [] });
      }
      expectStoredOnce(server, batches.flat());
    });
  }

  it('breaks while a batch is on its way stores it once, when the answer is lost', async () => {
    const records = mongoRecords(5);
    proxy.inflict({ blackHole: 'answers' });
    const written = sink.write(records, AbortSignal.timeout(2_000)).catch(() => undefined);
    await eventually(() => expect(server.commands('insert')).to.have.length(1));
    proxy.reset();
    await written;
    await proxy.heal();
    await deliver(sink, records);
    expect(server.commands('insert').length).to.be.greaterThan(1);
    expectStoredOnce(server, records);
  });
});

for (const replicaSet of [undefined, 'rs0']) {
  describe(`a mongo sink whose ${replicaSet === undefined ? 'standalone server' : 'replica set'} steps down ten times`, () => {
    it('stores every record once, whatever each step-down answers', async () => {
      const server = await ScriptedMongoServer.start(replicaSet === undefined ? {} : { replicaSet });
      const sink = mongoSink({ url: server.url, indexes: false, clientOptions: LIMITS });
      await sink.open?.({ report: () => {} });
      const batches = Array.from({ length: 20 }, (_, number) => mongoRecords(25, `b${number}`));
      try {
        let replays = 0;
        for (const [number, batch] of batches.entries()) {
          // Twice, because a driver on a replica set gets over the first one by itself.
          if (number % 2 === 0) server.fail('insert', stepDown(number / 2), { times: 2 });
          const { attempts, rejectedIds } = await deliver(sink, batch);
          expect(rejectedIds).to.deep.equal([]);
          replays += attempts - 1;
        }
        expect(replays).to.be.greaterThan(5);
        expectStoredOnce(server, batches.flat());
      } finally {
        await sink.close?.();
        await server.stop();
      }
    });
  });
}

describe('a mongo sink whose server is stopped by SIGSTOP', () => {
  it('stores every record once when it goes on', async function () {
    if (process.platform === 'win32') this.skip();
    const { attempts } = await writeThroughFreeze(150, 4);
    expect(attempts).to.be.greaterThan(4);
  });
});

/** An answer of a server that is no primary any more, and a connection that breaks before or after the write. */
function stepDown(number: number): Fault {
  const errorCode = STEP_DOWN_CODES[number % STEP_DOWN_CODES.length]!;
  if (number % 3 === 1) return { dropBefore: true };
  if (number % 3 === 2) return { dropAfter: true };
  return { errorCode, errorLabels: ['RetryableWriteError'] };
}

function expectStoredOnce(server: ScriptedMongoServer, records: readonly { readonly _id: string }[]): void {
  const stored = server.stored('logs.requests').map(({ _id }) => String(_id));
  expect(stored.sort()).to.deep.equal(records.map(({ _id }) => _id).sort());
}
