import 'reflect-metadata';
import { expect } from 'chai';
import { BadRequestError, Body, Get, JsonController, Post } from 'routing-controllers';
import { Logged } from '../../src';
import { expectExchangeConservation } from '../support/exchange-conservation';
import { ManualTime } from '../support/manual-time';
import { testApp, until } from '../support/test-app';

@Logged()
@JsonController('/busy')
class BusyController {
  @Get('/fine') fine() {
    return {};
  }
  @Get('/fails') fails() {
    throw new BadRequestError('no');
  }
  @Get('/slow') @Logged({ slowMs: 0 }) slow() {
    return {};
  }
  @Get('/sampled') @Logged({ sample: 0.5 }) sampled() {
    return {};
  }
  @Post('/echo') echo(@Body() body: object) {
    return body;
  }
}

describe('exchanges that wait to become records', () => {
  it('are bounded by count; those beyond are counted and told once', async () => {
    const time = new ManualTime();
    const app = await testApp().controllers(BusyController).logging({ maxPendingExchanges: 3 }).at(time).start();
    for (let sent = 0; sent < 5; sent++) await app.get('/busy/fine');
    expect(app.logging.stats().exchanges).to.deep.include({ seen: 5, pending: 3 });
    expectExchangeConservation(app.logging.stats());
    time.settle();
    expect(app.logging.stats().exchanges).to.deep.include({ recorded: 3, pending: 0 });
    expect(app.logging.stats().exchanges.dropped).to.deep.equal({ overloaded: 2, shed: 0, failed: 0, closed: 0 });
    expectExchangeConservation(app.logging.stats());
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['RECORDS_DROPPED']);
    expect(app.reports[0]!.message).to.contain('maxPendingExchanges is 3');
    expect((await app.storedRecords()).length).to.equal(3);
  });

  it('are bounded by bytes, which are free again once the records are made', async () => {
    const time = new ManualTime();
    const app = await testApp().controllers(BusyController).logging({ maxPendingBytes: 100_000 }).at(time).start();
    const large = { text: 'x'.repeat(10_000) };
    for (let sent = 0; sent < 3; sent++) await app.post('/busy/echo', large);
    expect(app.logging.stats().exchanges).to.deep.include({ seen: 3, pending: 1 });
    time.settle();
    for (let sent = 0; sent < 10; sent++) await app.get('/busy/fine');
    expect(app.logging.stats().exchanges.pending).to.equal(10);
    time.settle();
    expect(app.logging.stats().exchanges).to.deep.include({ recorded: 11 });
    expect(app.logging.stats().exchanges.dropped.overloaded).to.equal(2);
    expectExchangeConservation(app.logging.stats());
  });

  it('find room one at a time, however large', async () => {
    const time = new ManualTime();
    const app = await testApp().controllers(BusyController).logging({ maxPendingBytes: 1 }).at(time).start();
    await app.get('/busy/fine');
    await app.get('/busy/fine');
    expect(app.logging.stats().exchanges.pending).to.equal(1);
    time.settle();
  });
});

describe('requests while the event loop is late', () => {
  /** Every look at the clock moves it, so that records seem to be what takes the time. */
  async function overloaded(maxEventLoopDelayMs?: number) {
    const time = new ManualTime();
    time.stepMs = 2;
    time.delayMs = 80;
    const loadShedding = maxEventLoopDelayMs === undefined ? {} : { maxEventLoopDelayMs };
    const app = await testApp().controllers(BusyController).logging({ loadShedding }).at(time).start();
    const send = async (path: string, count: number) => {
      for (let sent = 0; sent < count; sent += 10) {
        const request = (connection: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: ${connection}\r\n\r\n`;
        await app.raw(request('keep-alive').repeat(9) + request('close'));
        await until(() => app.logging.stats().exchanges.open === 0);
        time.settle();
      }
    };
    return { app, send };
  }

  it('are recorded in part, with weights that give the number of all', async () => {
    const { app, send } = await overloaded();
    await send('/busy/fine', 400);
    const { load, exchanges } = app.logging.stats();
    expect(load.recordsOneOf).to.be.greaterThan(1);
    expect(load.eventLoopDelayMs).to.equal(80);
    expect(exchanges.dropped.shed).to.be.greaterThan(0);
    expect(exchanges.recorded + exchanges.dropped.shed).to.equal(400);
    expectExchangeConservation(app.logging.stats());
    const weights = new Set((await app.storedRecords()).map(({ sampleWeight }) => sampleWeight));
    for (const weight of weights) expect([1, 2, 4, 8, 16, 32, 64]).to.contain(weight);
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['LOAD_SHED']);
  });

  it('are all recorded when they fail or are slow, each for itself', async () => {
    const { app, send } = await overloaded();
    await send('/busy/fine', 400);
    const before = app.logging.stats().exchanges;
    await send('/busy/fails', 10);
    await send('/busy/slow', 10);
    const after = app.logging.stats().exchanges;
    expect(after.recorded - before.recorded).to.equal(20);
    expect(after.dropped.shed).to.equal(before.dropped.shed);
    const kept = (await app.storedRecords()).slice(-20);
    expect(kept.map(({ sampleWeight }) => sampleWeight)).to.deep.equal(Array(20).fill(1));
  });

  it('count as not selected when sampling would have left them out anyway', async () => {
    const { app, send } = await overloaded();
    await send('/busy/sampled', 400);
    const { exchanges } = app.logging.stats();
    expect(exchanges.notSelected).to.be.greaterThan(0);
    expect(exchanges.dropped.shed).to.be.greaterThan(0);
    expectExchangeConservation(app.logging.stats());
  });

  it('are all recorded below the limit that was given', async () => {
    const { app, send } = await overloaded(81);
    await send('/busy/fine', 400);
    expect(app.logging.stats().exchanges.recorded).to.equal(400);
  });
});
