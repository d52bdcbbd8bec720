import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Body, Get, JsonController, Post, QueryParam } from 'routing-controllers';
import { createLogging, fileSink, Logged, LoggingError, memorySink, Sensitive } from '../../src';
import { INSPECTION, type Inspectable } from '../../src/inspection';
import type { LogRecord } from '../../src/record/log-record';
import { workerFile } from '../../src/worker/own-thread';
import { readNdjson } from '../support/read-ndjson';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { testApp } from '../support/test-app';
import { expectConservation, ThingsController } from './arrange';

const run = promisify(execFile);
const threadOfFunction: string[] = [];

class Custom {
  @Sensitive({
    mode: value => {
      threadOfFunction.push('here');
      return `only ${JSON.stringify(value).length} characters`;
    },
  })
  voucherDigits!: string;
  @Sensitive({ mode: 'hash' }) hashedDigits!: string;
}

@Logged()
@JsonController('/typed')
class TypedController {
  @Post('/custom') custom(@Body() body: Custom) {
    return { kept: body.hashedDigits.length };
  }
  @Get('/found') found(@QueryParam('zip') @Sensitive() zip: string) {
    return { length: zip.length };
  }
  @Post('/odd') odd() {
    return {};
  }
  @Post('/free') free(@Body() body: object) {
    return body;
  }
}

describe('records that a worker makes', () => {
  const directory = useTemporaryDirectory();
  const start = () =>
    testApp()
      .controllers(TypedController, ThingsController)
      .logging({
        worker: true,
        sinks: [fileSink({ directory: directory() })],
        redact: { hashKey: { id: 'k1', secret: 'sixteen characters or more' } },
      })
      .start();

  it('are the same for functions of the application, which are called in its thread', async () => {
    const app = await start();
    await app.post('/typed/custom', { voucherDigits: 'canary-code', hashedDigits: '123456789' });
    await app.logging.flush();
    const [record] = await readNdjson(directory());
    expect(threadOfFunction).to.deep.equal(['here']);
    const [hashedDigits] = app.logging.hash('123456789');
    expect(record!.request.body).to.deep.equal({ voucherDigits: 'only 13 characters', hashedDigits });
    expectConservation(app.logging.stats());
  });

  it('fail alone when they cannot be sent to it, and what was to be told with them is told with the next', async () => {
    const app = await testApp()
      .controllers(TypedController)
      .logging({ worker: true, sinks: [fileSink({ directory: directory() })] })
      .use((context, next) => {
        if (context.path === '/typed/odd') context.originalUrl = (() => 'odd') as unknown as string;
        return next();
      })
      .start();
    await Promise.all([
      app.post('/typed/odd', {}),
      app.fetch('/typed/found?zip=canary-1'),
      app.fetch('/typed/found?zip=canary-2'),
    ]);
    await app.logging.flush();
    const { recorded, dropped } = app.logging.stats().exchanges;
    expect([recorded, dropped.failed]).to.deep.equal([2, 1]);
    const records = await readNdjson(directory());
    expect(records.map(({ request }) => request.query)).to.deep.equal([{ zip: '[REDACTED]' }, { zip: '[REDACTED]' }]);
    expectConservation(app.logging.stats());
  });

  it('know what classes say from the first record on, also of classes that came later', async () => {
    const app = await start();
    await app.post('/typed/free', { lateName: 'harmless yet' });
    await app.logging.flush();
    class Late {
      @Sensitive() lateName!: string;
    }
    expect(new Late()).to.be.instanceOf(Late);
    await app.post('/typed/free', { lateName: 'canary-late' });
    await app.logging.flush();
    const [first, second] = await readNdjson(directory());
    expect(first!.request.body).to.deep.equal({ lateName: 'harmless yet' });
    expect(second!.request.body).to.deep.equal({ lateName: '[REDACTED]' });
  });

  it('are made in the thread of the application while somebody looks at them beside their exchange', async () => {
    const app = await start();
    const seen: LogRecord[] = [];
    const release = (app.logging as unknown as Inspectable)[INSPECTION].tap({
      record: (record, { context }) => {
        expect(context.path).to.equal(record.request.path);
        seen.push(record);
      },
      report() {},
      drop() {},
    });
    await app.get('/things/1');
    await app.logging.flush();
    release();
    await app.get('/things/2');
    await app.logging.flush();
    expect(seen.map(({ request }) => request.path)).to.deep.equal(['/things/1']);
    expect(await readNdjson(directory())).to.have.length(2);
    expectConservation(app.logging.stats());
  });

  it('go to the sinks of their own logging when there are several in one process', async () => {
    const memories = [1, 2, 3].map(() => memorySink());
    const apps = await Promise.all(
      memories.map(memory =>
        testApp()
          .controllers(ThingsController)
          .logging({ worker: true, sinks: [memory] })
          .start(),
      ),
    );
    await Promise.all(apps.map((app, at) => app.get(`/things/${at}`)));
    await Promise.all(apps.map(app => app.logging.flush()));
    expect(memories.map(({ records }) => records.map(({ request }) => request.path))).to.deep.equal([
      ['/things/0'],
      ['/things/1'],
      ['/things/2'],
    ]);
  });

  for (const end of ['without close()', 'close']) {
    it(`let a process end that has nothing more to do (${end})`, async () => {
      const { stderr } = await run(process.execPath, [require.resolve('../support/idle-process'), directory(), end]);
      expect(stderr).to.equal('');
      if (end === 'close') expect(await readNdjson(directory())).to.have.length(1);
    });
  }
});

describe('the option worker', () => {
  it('is refused where it cannot work, with the remedy', () => {
    const refused = (options: object) => expect(() => createLogging(options)).to.throw(LoggingError);
    refused({ worker: 'yes' }).with.property('message').that.contains('must be true, false or an object');
    refused({ worker: { maxHeap: 1 } })
      .with.property('message')
      .that.contains('maxHeapMiB');
    refused({ worker: { maxHeapMiB: 1 } })
      .with.property('message')
      .that.contains('worker.maxHeapMiB');
    refused({ worker: true, onRecord: () => ({}) })
      .with.property('message')
      .that.contains('onRecord');
    expect(() => workerFile('/somewhere/bundled')).to.throw(LoggingError, 'out of the bundle');
  });

  it('starts no thread when nothing is recorded', () => {
    expect(createLogging({ worker: true, enabled: false }).stats().worker).to.equal(undefined);
    expect(createLogging({ worker: false, enabled: false }).stats().worker).to.equal(undefined);
  });
});
