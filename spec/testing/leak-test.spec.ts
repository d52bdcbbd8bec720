import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MinLength } from 'class-validator';
import Koa from 'koa';
import { Body, JsonController, Post, useKoaServer } from 'routing-controllers';
import { createLogging, fileSink, Logged, type LoggingOptions, memorySink, Sensitive } from '../../src';
import { type Leak, LeakError, leakTest, type LeakTestOptions } from '../../src/testing';
import { type TicketShop, ticketShop, type Unmarked } from './ticket-shop';

type Use = (motto: string) => unknown;

/** One action that takes one secret and does something with it. */
function mottoShop(use: Use, options: LoggingOptions = {}): TicketShop {
  class Entry {
    @Sensitive() @MinLength(8) motto!: string;
  }

  @Logged()
  @JsonController('/mottos')
  class MottosController {
    @Post('/') enter(@Body() entry: Entry): unknown {
      return use(entry.motto) ?? 'taken';
    }
  }

  const app = new Koa();
  app.silent = true;
  const logging = createLogging({ sinks: [memorySink()], onError: () => {}, ...options });
  app.use(logging.middleware());
  useKoaServer(app, { controllers: [MottosController], defaultErrorHandler: false });
  return { app, logging };
}

async function leaksOf({ app, logging }: TicketShop, options: LeakTestOptions = {}): Promise<readonly Leak[]> {
  app.silent = true;
  const { leaks } = await leakTest(app, logging, { throwOnLeak: false, files: [], ...options });
  await logging.close();
  return leaks;
}

/** What was found while the application printed, and what it printed. */
async function printed(shop: TicketShop): Promise<{ readonly leaks: readonly Leak[]; readonly shown: string }> {
  const shown: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text: Uint8Array | string) => shown.push(String(text)) > 0;
  try {
    return { leaks: await leaksOf(shop), shown: shown.join('') };
  } finally {
    process.stdout.write = write;
  }
}

function told(leaks: readonly Leak[], ...keys: (keyof Leak)[]): string[] {
  return [...new Set(leaks.map(leak => keys.map(key => leak[key]).join(' ')))].sort();
}

const STUB = 'GET /orders/:stub(\\w{8,40})';

describe('leakTest', () => {
  let secrets: string[];

  before(() => {
    const { fields } = ticketShop().logging.coverage();
    // A promise-less action's result is known before it runs, so its fields are listed as well.
    secrets = fields.filter(({ mode }) => mode !== 'none').map(({ id }) => id);
  });

  it('passes where every secret is marked', async () => {
    const { app, logging } = ticketShop();
    app.silent = true;
    const report = await leakTest(app, logging, { secrets });
    expect(report.leaks).to.deep.equal([]);
    expect(report).to.include({ routes: 5, requests: 22, records: 22 });
    expect(report.sentinels).to.be.greaterThan(50);
  });

  const fields: Readonly<Record<Unmarked, string>> = {
    body: 'POST /orders body.motto',
    nested: 'POST /orders body.payer.account',
    array: 'POST /orders body.guests.*.badge',
    'body parameter': 'DELETE /orders body.reason',
    query: `${STUB} query.view`,
    'query DTO': 'GET /orders query.alias',
    path: `${STUB} path.stub`,
    header: 'PUT /orders header.x-terminal',
    response: 'POST /orders response.entry',
  };
  for (const [unmarked, field] of Object.entries(fields)) {
    it(`fails on a copy without the mark of its ${unmarked}, naming route and field`, async () => {
      const leaks = await leaksOf(ticketShop(unmarked as Unmarked), { secrets });
      expect(told(leaks, 'field')).to.deep.equal([field]);
      expect(told(leaks, 'channel')).to.deep.equal(['record']);
      expect(told(leaks, 'variant')).to.include('success');
    });
  }

  it('looks into error messages, stacks, causes and requests that broke off', async () => {
    const leaks = await leaksOf(ticketShop('body'), { secrets });
    expect(told(leaks, 'variant', 'where')).to.include.members([
      'throw error.message',
      'throw error.stack',
      'throw error.causes.0.message',
      'throw response.body.message',
      'abort request.body.motto',
    ]);
  });

  it('throws an error that names what it found, and quotes no value', async () => {
    const { app, logging } = ticketShop('nested');
    app.silent = true;
    const error: unknown = await leakTest(app, logging, { secrets }).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(LeakError);
    const { message, report, code } = error as LeakError;
    expect(code).to.equal('LEAK_FOUND');
    expect(message).to.match(
      /^1 field leaked, in \d+ places:\n- POST \/orders body\.payer\.account \(OrdersController\.create, success\)/,
    );
    expect(message).to.contain('in record request.body.payer.account, plain');
    expect(JSON.stringify(report)).not.to.match(/\b\d{16}\b/);
  });

  for (const [form, encode] of [
    ['base64', value => Buffer.from(`to:${value}`).toString('base64')],
    ['base64url', value => Buffer.from(`>${value}?`).toString('base64url')],
    ['hex', value => Buffer.from(value).toString('hex')],
    ['url-encoded', value => encodeURIComponent(value)],
    ['md5 hash', value => createHash('md5').update(value).digest('hex')],
    ['sha1 hash', value => createHash('sha1').update(value).digest('base64')],
    ['sha256 hash', value => createHash('sha256').update(value).digest('hex').toUpperCase()],
    ['sha512 hash', value => createHash('sha512').update(value).digest('base64url')],
  ] as readonly (readonly [string, Use])[]) {
    it(`recognises a secret as ${form}`, async () => {
      // Printed, because the forms that redaction knows do not get into a record.
      const { leaks: found } = await printed(mottoShop(value => process.stdout.write(`${String(encode(value))}\n`)));
      // Base 64 without `+` and `/` in it is the same in both alphabets.
      const expected = form.startsWith('base64') ? /^base64(url)?$/ : new RegExp(`^${form}$`);
      expect(found).not.to.have.length(0);
      for (const leak of found) expect(leak.form).to.match(expected);
    });
  }

  it('does not take a keyed hash, a mask or a short rest for a leak', async () => {
    const leaks = await leaksOf(
      mottoShop(motto => ({
        hash: createHash('sha256').update(`a key of ours${motto}`).digest('hex'),
        masked: `************${motto.slice(-4)}`,
        length: motto.length,
      })),
    );
    expect(leaks).to.deep.equal([]);
  });

  it('hears what is printed, and still shows it', async () => {
    const { write } = process.stdout;
    const { leaks, shown } = await printed(mottoShop(motto => process.stdout.write(`took ${motto}\n`)));
    expect(told(leaks, 'channel', 'where')).to.deep.equal(['console stdout']);
    expect(shown).to.match(/^took s\w+/);
    expect(process.stdout.write).to.equal(write);
  });

  it('reads what is added to files', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'leak-kit-'));
    try {
      const shop = ticketShop('body', { sinks: [fileSink({ directory })] });
      const leaks = await leaksOf(shop, { secrets, files: [directory] });
      expect(told(leaks, 'channel', 'where')).to.include(`file ${join(directory, 'requests.ndjson')}`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('hears what onError is told', async () => {
    // Messages of errors are not told, but the names of their classes are.
    const careless = (): never => {
      class Careless extends Error {}
      Object.defineProperty(Careless, 'name', { value: lastMotto });
      throw new Careless();
    };
    let lastMotto = '';
    const leaks = await leaksOf(
      mottoShop(
        motto => {
          lastMotto = motto;
        },
        { identify: careless },
      ),
    );
    expect(told(leaks, 'channel', 'where')).to.deep.equal(['onError HOOK_FAILED']);
  });

  it('looks for the credentials that it was given', async () => {
    const careless: LoggingOptions = {
      onRequest: context => ({
        key: Buffer.from(context.get('x-api-key')).toString('hex'),
        visit: Buffer.from(context.get('cookie')).toString('hex'),
      }),
    };
    const headers = { 'x-api-key': 'the-key-of-this-test', cookie: 'theme=dark; visit=the-visit-of-this-test' };
    const leaks = await leaksOf(
      mottoShop(() => 'taken', careless),
      { headers },
    );
    expect(told(leaks, 'field', 'where', 'form')).to.deep.equal([
      'POST /mottos cookie.visit attributes.visit hex',
      'POST /mottos header.x-api-key attributes.key hex',
    ]);
  });

  it('passes under the policy that records only what is marked', async () => {
    expect(await leaksOf(ticketShop(undefined, { redact: { policy: 'allow' } }))).to.deep.equal([]);
  });

  it('keeps sampling from hiding a leak', async () => {
    const { app, logging } = ticketShop('body', { sample: 0.000_001 });
    app.silent = true;
    const { records, requests } = await leakTest(app, logging, { throwOnLeak: false });
    expect(records).to.equal(requests);
  });

  it('can make an action fail only in its own requests', async () => {
    const { app, logging } = mottoShop(() => 'taken');
    await leakTest(app, logging, { files: [] });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const answer = await fetch(`http://127.0.0.1:${port}/mottos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-leak-kit-request': 'anything-1' },
      body: JSON.stringify({ motto: 'long enough' }),
    });
    server.close();
    expect(answer.status).to.equal(200);
    await logging.close();
  });

  it('says what it could not do', async () => {
    const { app, logging } = ticketShop();
    app.silent = true;
    const { notReached } = await leakTest(app, logging, {
      samples: { 'OrdersController.create': { body: { email: 'no address' } } },
    });
    const reasons = notReached.filter(({ action }) => action === 'OrdersController.create');
    expect(reasons.map(({ variant }) => variant)).to.deep.equal(['success', 'throw', 'abort']);
    expect(reasons[0]!.reason).to.equal(
      'it was refused with 400 before the action; give valid values in options.samples',
    );
  });

  it('leaves actions out when told so', async () => {
    const { app, logging } = ticketShop();
    app.silent = true;
    const { routes } = await leakTest(app, logging, { skip: ['OrdersController.cancel'] });
    expect(routes).to.equal(4);
  });

  for (const [what, arrange, message] of [
    ['an application without actions', () => ({ ...ticketShop(), app: new Koa() }), /found no actions/],
    ['a logging that is switched off', () => ticketShop(undefined, { enabled: false }), /enabled: false/],
    [
      'another logging than the mounted one',
      () => ({ ...ticketShop(), logging: ticketShop().logging }),
      /none was recorded/,
    ],
  ] as readonly (readonly [string, () => TicketShop, RegExp])[]) {
    it(`refuses ${what} instead of passing`, async () => {
      const { app, logging } = arrange();
      app.silent = true;
      const error: unknown = await leakTest(app, logging).catch((caught: unknown) => caught);
      expect(error).to.include({ code: 'OPTION_INVALID' });
      expect((error as Error).message).to.match(message);
    });
  }

  it('refuses unknown options and unknown actions', async () => {
    const { app, logging } = ticketShop();
    const wrong = { secret: [] } as LeakTestOptions;
    expect(await leakTest(app, logging, wrong).catch((error: Error) => error.message)).to.match(/secret\b.*secrets/);
    const unknown = leakTest(app, logging, { skip: ['OrdersController.made'] });
    expect(await unknown.catch((error: Error) => error.message)).to.contain('OrdersController.made');
  });

  it('lists named secrets that it met nowhere', async () => {
    const { app, logging } = ticketShop();
    app.silent = true;
    const named = ['POST /orders response.receipt', 'GET /orders query.code', 'POST /orders body.payer.account'];
    const { notReached } = await leakTest(app, logging, { secrets: named, throwOnLeak: false });
    const missed = notReached.filter(({ field }) => named.includes(field ?? ''));
    expect(missed.map(({ field }) => field)).to.have.members(named.slice(0, 2));
    expect(missed[0]!.reason).to.match(/options\.secrets/);
  });

  it('refuses a named secret of a route that is not there', async () => {
    const { app, logging } = ticketShop();
    const error: unknown = await leakTest(app, logging, { secrets: ['POST /oders body.payer.account'] }).catch(
      (caught: unknown) => caught,
    );
    expect(error).to.include({ code: 'OPTION_INVALID' });
    expect((error as Error).message)
      .to.contain('no route "POST /oders"')
      .and.to.contain('Did you mean "POST /orders"?');
  });

  for (const [name, wrong] of Object.entries({
    secrets: { secrets: 'POST /orders body.payer' },
    skip: { skip: 'OrdersController.cancel' },
    files: { files: [''] },
    throwOnLeak: { throwOnLeak: 'no' },
    'headers\\[': { headers: { 'x-attempt': 1 } },
    'headers\\(\\)': { headers: () => 'Bearer token' },
    samples: { samples: [] },
    'bdy.*"body"': { samples: { 'OrdersController.create': { bdy: {} } } },
    'cookies\\[': { samples: { 'OrdersController.create': { cookies: { visit: 1 } } } },
  })) {
    it(`refuses an option that is wrong: ${name}`, async () => {
      const { app, logging } = ticketShop();
      const options = wrong as unknown as LeakTestOptions;
      const error: unknown = await leakTest(app, logging, options).catch((caught: unknown) => caught);
      expect((error as { code?: string }).code).to.match(/^OPTION_/);
      expect((error as Error).message).to.match(new RegExp(name));
    });
  }
});
