import dns from 'node:dns';
import { mock } from 'node:test';
import { expect } from 'chai';
import { mongoSink } from '../../src/mongo';
import { sinkErrorOf } from '../support/mongo-records';
import { eventually } from '../support/eventually';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';

type Lookup = (host: string, options: dns.LookupAllOptions, callback: (...answer: unknown[]) => void) => void;

describe('a mongo sink that is closed while the driver looks its host up', () => {
  let server: ScriptedMongoServer;

  beforeEach(async () => {
    server = await ScriptedMongoServer.start();
  });

  afterEach(async () => {
    mock.restoreAll();
    await server.stop();
  });

  it('leaves no connection behind', async () => {
    let answer = (): void => {};
    const answered = new Promise<void>(resolve => (answer = resolve));
    const resolve = mock.method(dns.promises, 'resolve', async (_host: string, type: string) => {
      if (type !== 'SRV') throw Object.assign(new Error('no such record'), { code: 'ENODATA' });
      await answered;
      return [{ name: 'a.db.example.test', port: server.port, priority: 0, weight: 0 }];
    });
    const lookup: Lookup = (_host, { all }, callback) =>
      process.nextTick(() =>
        all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
      );
    mock.method(dns, 'lookup', lookup);

    const sink = mongoSink({ url: 'mongodb+srv://db.example.test/logs?tls=false' });
    const refused = sinkErrorOf(sink.open!({ report: () => {} }));
    await eventually(async () => expect(resolve.mock.callCount()).to.be.above(0));
    await sink.close!();
    answer();
    expect((await refused).message).to.contain('the sink is closed');
    await eventually(async () => expect(server.connections).to.equal(0));
  });
});
