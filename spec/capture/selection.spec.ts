import 'reflect-metadata';
import { expect } from 'chai';
import { BadRequestError, Get, JsonController, Post, Body } from 'routing-controllers';
import { Logged, type LoggingOptions } from '../../src';
import { testApp } from '../support/test-app';

class Plain {
  a!: number;
}

@Logged({ requestBody: 'on-error', expireAfterDays: 2 })
@JsonController('/selected')
class SelectedController {
  @Get('/all') all() {
    return { ok: true };
  }
  @Post('/echo') echo(@Body() body: Plain) {
    return body;
  }
  @Post('/fails') fails(@Body() _body: Plain) {
    throw new BadRequestError('no');
  }
  @Get('/health') @Logged(false) health() {
    throw new Error('unhealthy');
  }
  @Get('/sampled') @Logged({ sample: 0 }) sampled() {
    return {};
  }
  @Get('/half') @Logged({ sample: 0.5 }) half() {
    return {};
  }
  @Get('/sampled-failure') @Logged({ sample: 0 }) sampledFailure() {
    throw new Error('always kept');
  }
  @Get('/slow') @Logged({ sample: 0, slowMs: 0 }) slow() {
    return {};
  }
  @Get('/silent') @Logged({ responseBody: 'never', expireAfterDays: 30 }) silent() {
    return { text: 'canary' };
  }
  @Get('/when') @Logged({ when: ({ path, status }) => path.endsWith('/when') && status !== 200 }) when() {
    return {};
  }
  @Get('/bad-when')
  @Logged({
    when: () => {
      throw new Error('broken predicate');
    },
  })
  badWhen() {
    return {};
  }
}

@JsonController('/unlogged')
class UnloggedController {
  @Get('/fine') fine() {
    return {};
  }
  @Get('/fails') fails() {
    throw new Error('unlogged failure');
  }
  @Get('/only') @Logged() only() {
    return {};
  }
}

const start = (options: LoggingOptions = {}) =>
  testApp().controllers(SelectedController, UnloggedController).logging(options).start();

describe('selection', () => {
  it('leaves an action marked @Logged(false) out, even when it fails', async () => {
    const app = await start({ unmatched: 'all' });
    await app.get('/selected/health');
    expect(await app.storedRecords()).to.deep.equal([]);
    expect(app.logging.stats().exchanges).to.deep.include({ seen: 1, notSelected: 1 });
  });

  it('samples at the head and stores the weight', async () => {
    const app = await start();
    await app.get('/selected/sampled');
    for (let request = 0; request < 40; request++) await app.get('/selected/half');
    const records = await app.storedRecords();
    expect(records.length).to.be.within(1, 39);
    expect(new Set(records.map(({ sampleWeight }) => sampleWeight))).to.deep.equal(new Set([2]));
  });

  it('keeps failures and slow requests whatever the sample, for themselves alone', async () => {
    const app = await start();
    await app.get('/selected/sampled-failure');
    await app.get('/selected/slow');
    const records = await app.storedRecords();
    expect(records.map(({ handler, sampleWeight }) => [handler?.action, sampleWeight])).to.deep.equal([
      ['sampledFailure', 1],
      ['slow', 1],
    ]);
  });

  it('omits bodies by policy, and says so', async () => {
    const app = await start();
    await app.get('/selected/silent');
    await app.post('/selected/echo', { a: 1 });
    await app.post('/selected/fails', { a: 2 });
    const [silent, echo, fails] = await app.storedRecords();
    expect(silent?.response).to.deep.include({ bodyOmitted: 'policy' }).and.not.to.have.property('body');
    expect(echo?.request).to.deep.include({ bodyOmitted: 'policy' });
    expect(echo?.response.body).to.deep.equal({ a: 1 });
    expect(fails?.request.body).to.deep.equal({ a: 2 });
  });

  it('stamps records with the retention of their route', async () => {
    const app = await start();
    await app.get('/selected/all');
    await app.get('/selected/silent');
    const [all, silent] = await app.storedRecords();
    const days = (record: typeof all) => (record!.expireAt!.getTime() - record!.at.getTime()) / 86_400_000;
    expect([days(all), days(silent)]).to.deep.equal([2, 30]);
  });

  it('asks the predicate after the response, and records when it throws', async () => {
    const app = await start();
    await app.get('/selected/when');
    await app.get('/selected/bad-when');
    const records = await app.storedRecords();
    expect(records.map(({ handler }) => handler?.action)).to.deep.equal(['badWhen']);
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['HOOK_FAILED']);
  });

  for (const { unmatched, actions } of [
    { unmatched: 'errors', actions: ['fails', undefined, 'only'] },
    { unmatched: 'all', actions: ['fine', 'fails', undefined, 'only'] },
    { unmatched: 'none', actions: ['only'] },
  ] as const) {
    it(`records requests to unlogged actions by unmatched: '${unmatched}'`, async () => {
      const app = await start({ unmatched });
      for (const path of ['/unlogged/fine', '/unlogged/fails', '/nowhere', '/unlogged/only']) await app.get(path);
      expect((await app.storedRecords()).map(({ handler }) => handler?.action)).to.deep.equal(actions);
    });
  }

  it('samples requests to unlogged actions as well, but for failures', async () => {
    const app = await start({ unmatched: 'all', sample: 0 });
    for (const path of ['/unlogged/fine', '/unlogged/fails', '/unlogged/only']) await app.get(path);
    expect((await app.storedRecords()).map(({ handler }) => handler?.action)).to.deep.equal(['fails']);
    expect(app.logging.stats().exchanges).to.deep.include({ seen: 3, recorded: 1, notSelected: 2 });
  });

  it('takes the rules of createLogging where the decorators say nothing', async () => {
    const app = await start({ responseBody: 'never', expireAfterDays: 7 });
    await app.get('/selected/all');
    const record = await app.storedRecord();
    expect(record.response.bodyOmitted).to.equal('policy');
    expect(record.expireAt!.getTime() - record.at.getTime()).to.equal(2 * 86_400_000);
  });

  it('records nothing and touches nothing when it is disabled', async () => {
    const app = await start({ enabled: false });
    expect((await app.get('/selected/all')).headers.has('x-request-id')).to.equal(false);
    expect(app.logging.stats().exchanges.seen).to.equal(0);
  });

  it('records a body longer than the limit by its reason only', async () => {
    const app = await start({ maxBodyBytes: 20 });
    await app.post('/selected/fails', { a: 'x'.repeat(30) });
    await app.post('/selected/echo', { a: 'x'.repeat(30) });
    const [fails, echo] = await app.storedRecords();
    expect(fails?.request.bodyOmitted).to.equal('too-large');
    expect(echo?.response.bodyOmitted).to.equal('too-large');
    expect(echo?.response.bytes).to.equal(38);
  });

  it('measures a body in bytes', async () => {
    const app = await start({ maxBodyBytes: 38 });
    await app.post('/selected/fails', { a: 'é'.repeat(15) });
    await app.post('/selected/fails', { a: 'é'.repeat(16) });
    await app.post('/selected/fails', { a: 'x'.repeat(30) });
    const omitted = (await app.storedRecords()).map(({ request }) => request.bodyOmitted);
    expect(omitted).to.deep.equal([undefined, 'too-large', undefined]);
  });
});
