import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Collection } from 'mongodb';
import { consoleSink, fileSink, LoggingError, memorySink, moduleSink } from '../../src';
import { mongoSink } from '../../src/mongo';
import { recipeOf } from '../../src/sinks/sink-recipe';
import { Gate } from '../support/gated-sink';
import { testApp, until } from '../support/test-app';
import { expectConservation, ThingsController } from './arrange';

const GATED = require.resolve('../support/gated-sink');
const moduleOptions = { target: GATED, export: 'gatedSink', options: { file: '/nowhere', gate: new Gate().array } };

describe('a sink that the worker makes for itself', () => {
  const portable = {
    fileSink: fileSink(),
    mongoSink: mongoSink({ url: 'mongodb://logger:canary@127.0.0.1:1/logs' }),
    consoleSink: consoleSink(),
    moduleSink: moduleSink(moduleOptions),
  };
  for (const [name, sink] of Object.entries(portable)) {
    it(`is ${name}, whose options show in no print`, () => {
      expect(recipeOf(sink)).to.include.keys('target', 'export', 'options');
      expect(inspect(sink, { showHidden: true, depth: 9 })).not.to.contain('canary');
    });
  }

  const bound = {
    'memorySink, which is looked at here': memorySink(),
    'a console sink with a stream of its own': consoleSink({ stream: process.stderr }),
    'a mongo sink with a collection of the application': mongoSink({
      collection: { insertMany() {} } as unknown as Collection,
    }),
    'a mongo sink with functions in its options': mongoSink({
      url: 'mongodb://127.0.0.1:1',
      clientOptions: { checkServerIdentity: () => undefined },
    }),
    'an object': { name: 'mine', write: async () => {} },
  };
  for (const [name, sink] of Object.entries(bound)) {
    it(`is not ${name}`, () => expect(recipeOf(sink)).to.equal(undefined));
  }

  it('is refused with a reason when its module makes none', () => {
    const refusal = (options: object) => {
      try {
        moduleSink({ ...moduleOptions, ...options });
      } catch (error) {
        return (error as Error).message;
      }
      throw new Error('not refused');
    };
    expect(refusal({ target: './relative' })).to.contain("require.resolve('./relative')");
    expect(refusal({ export: 'missing' })).to.contain('"missing" is no function');
    expect(refusal({ export: 'Gate' })).to.contain('Gate');
    expect(refusal({ target: '' })).to.contain('moduleSink.target');
    expect(() => moduleSink({ ...moduleOptions, exports: 'x' } as never)).to.throw(LoggingError, 'exports');
  });

  it('is named by a path, a URL or the text of one, its export by default', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'logged-module-sink-'));
    const file = join(directory, 'sink.mjs');
    await writeFile(file, "export default () => ({ name: 'own', write: async () => {} });");
    const url = pathToFileURL(file);
    for (const target of [file, url, url.href]) {
      const sink = moduleSink({ target, export: undefined } as never);
      expect(recipeOf(sink)).to.include({ target: file, export: 'default' });
    }
    await rm(directory, { recursive: true });
  });

  it('is no module that has to be waited for', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'logged-module-sink-'));
    const target = join(directory, 'sink.mjs');
    await writeFile(target, "await null; export default () => ({ name: 'own', write: async () => {} });");
    expect(() => moduleSink({ target })).to.throw(LoggingError, 'uses a top-level await');
    await rm(directory, { recursive: true });
  });
});

describe('a sink of the application beside the worker', () => {
  it('gets the records that the worker makes, and its failures harm nobody', async () => {
    const memory = memorySink();
    const app = await testApp()
      .controllers(ThingsController)
      .logging({
        worker: true,
        onDrop() {
          throw new Error('a hook');
        },
        sinks: [memory, { name: 'failing', write: async () => Promise.reject(new Error('no')) }],
        delivery: { retryMinDelayMs: 1, retryMaxDelayMs: 1, maxDelayMs: 1 },
      })
      .start();
    expect((await app.get('/things/7')).status).to.equal(200);
    await until(() => memory.records.length === 1);
    const [record] = memory.records;
    expect(record!.response.body).to.deep.equal({ id: '7' });
    expect(record!.at).to.be.instanceOf(Date);
    await app.logging.close({ deadlineMs: 10 });
    expect(app.logging.stats().sinks['failing']!.dropped.closed).to.equal(1);
    expectConservation(app.logging.stats());
  });
});
