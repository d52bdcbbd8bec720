import { expect } from 'chai';
import fc from 'fast-check';
import { Writable } from 'node:stream';
import { SinkError } from '../../../src/errors';
import type { AnyRecord } from '../../../src/record/log-record';
import { consoleSink, type ConsoleSinkOptions } from '../../../src/sinks/console/console-sink';
import { checkProperty } from '../../support/check-property';
import { sampleLoss, sampleRecord, sampleRecords } from '../../support/sample-record';

/** Takes text at once, when told, or never; may claim to be a terminal. */
class TestStream extends Writable {
  text = '';
  readonly isTTY: boolean | undefined;
  readonly #colors: boolean;
  #release: (() => void) | undefined;
  isSlow = false;
  failure: Error | undefined;

  constructor({ terminal = false, colors = false } = {}) {
    super({ decodeStrings: false });
    this.isTTY = terminal || undefined;
    this.#colors = colors;
  }

  hasColors(): boolean {
    return this.#colors;
  }

  release(): void {
    this.#release?.();
  }

  override _write(text: string, _encoding: string, done: (error?: Error | null) => void): void {
    const take = (): void => {
      this.text += this.failure ? '' : text;
      done(this.failure);
    };
    if (this.isSlow) this.#release = take;
    else take();
  }
}

/** What a terminal obeys; our own line feeds apart. */
const OBEYED = /(?!\n)[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

const { signal } = new AbortController();

async function printed(
  record: AnyRecord,
  { terminal = true, colors = false, ...options }: ConsoleSinkOptions & { terminal?: boolean; colors?: boolean } = {},
): Promise<string> {
  const stream = new TestStream({ terminal, colors });
  await consoleSink({ stream, ...options }).write([record], signal);
  return stream.text;
}

async function failureOf(work: Promise<unknown>): Promise<SinkError> {
  const outcome: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).to.be.instanceOf(SinkError);
  return outcome as SinkError;
}

const base = sampleRecord();
const failed = sampleRecord({
  level: 'error',
  response: { ...base.response, status: 500, outcome: 'truncated' },
  statusClass: 5,
  redactionCount: 0,
  redactions: [],
  user: null,
  error: {
    name: 'PaymentError',
    message: 'the bank said no',
    stack: 'PaymentError: the bank said no\n    at Bank.pay (/app/bank.js:7:11)\n    at next (/app/x.js:1:1)',
    causes: [{ name: 'TypeError', message: 'fetch failed' }],
    fingerprint: '0123456789abcdef',
  },
});

describe('the console sink in a terminal', () => {
  it('prints one line for a good request', async () => {
    expect(await printed(base)).to.match(
      /^\d\d:\d\d:00\.123 {2}POST {4}201 {2}\/api\/users {2}12\.3 ms {2}UsersController\.create {2}user 42 {2}2 redacted\n$/,
    );
  });

  it('prints the error, its causes and where it was thrown below', async () => {
    const lines = (await printed(failed)).split('\n');
    expect(lines[0]).to.match(/POST {4}500 {2}\/api\/users {2}12\.3 ms {2}UsersController\.create {2}truncated$/);
    expect(lines.slice(1)).to.deep.equal([
      '  PaymentError: the bank said no',
      '    caused by TypeError: fetch failed',
      '    at Bank.pay (/app/bank.js:7:11)',
      '',
    ]);
  });

  it('prints what failed in a validation', async () => {
    const error = {
      ...failed.error!,
      name: 'BadRequestError',
      message: 'Invalid body',
      causes: [],
      validation: [
        { path: 'address.street', constraints: { isString: 'street must be a string', minLength: 'too short' } },
      ],
    };
    expect(await printed(sampleRecord({ level: 'warn', error }))).to.contain(
      '\n  BadRequestError: Invalid body\n    address.street: street must be a string, too short\n',
    );
  });

  it('prints an exchange without handler, status and user', async () => {
    const record = sampleRecord({
      handler: null,
      user: null,
      incomplete: true,
      redactionCount: 0,
      response: { ...base.response, status: null, outcome: 'aborted' },
      statusClass: 0,
    });
    expect(await printed(record)).to.match(
      /POST {4}--- {2}\/api\/users {2}12\.3 ms {2}aborted {2}handler still running\n$/,
    );
  });

  it('prints bodies only when asked', async () => {
    expect(await printed(base)).not.to.contain('ada@example.com');
    const text = await printed(sampleRecord({ response: { ...base.response, body: 'plain' } }), { bodies: true });
    expect(text.split('\n').slice(1)).to.deep.equal([
      '  → {"email":"ada@example.com","password":"[REDACTED]","address":{"street":"Main Street 1"}}',
      '  ← plain',
      '',
    ]);
    const { body: _body, ...bodiless } = base.request;
    const omitted = sampleRecord({ request: { ...bodiless, bodyOmitted: 'too-large' } });
    expect(await printed(omitted, { bodies: true })).to.contain('  → body left out: too-large\n');
  });

  it('cuts long texts and bodies, and says how much', async () => {
    const path = `/${'x'.repeat(1_000)}`;
    const record = sampleRecord({ request: { ...base.request, path, body: 'y'.repeat(3_000) } });
    const text = await printed(record, { bodies: true });
    expect(text).to.contain(`/${'x'.repeat(499)}… (501 more)`);
    expect(text).to.contain(`${'y'.repeat(2_000)}… (1000 more)\n`);
  });

  it('colours the status by its class, in a terminal that has colours', async () => {
    const colorOf = async (status: number): Promise<string | undefined> => {
      const record = sampleRecord({ response: { ...base.response, status }, statusClass: Math.floor(status / 100) });
      return new RegExp(`\\u001b\\[(\\d+)m${status}\\u001b\\[39m`).exec(await printed(record, { colors: true }))?.[1];
    };
    expect(await Promise.all([200, 304, 404, 503].map(colorOf))).to.deep.equal(['32', '36', '33', '31']);
    expect(await printed(base)).not.to.match(OBEYED);
  });

  it('escapes what a request brought along to steer the terminal', async () => {
    const hostile = '/\u001b[2J\u001b]0;owned\u0007\r\n200 OK\u0085\u009b31m\u2028\u202egnp.exe';
    const record = sampleRecord({
      ...failed,
      request: { ...base.request, method: 'GE\u001bT', path: hostile, body: { [hostile]: hostile } },
      user: { id: hostile, groupId: null, authority: null },
      error: { ...failed.error!, message: hostile, stack: `E\n    at ${hostile}` },
    });
    const text = await printed(record, { bodies: true });
    expect(text).not.to.match(OBEYED);
    expect(text.split('\n')).to.have.length(7);
    expect(text).to.contain(
      '/\\u001b[2J\\u001b]0;owned\\u0007\\u000d\\u000a200 OK\\u0085\\u009b31m\\u2028\\u202egnp.exe',
    );
  });

  it('prints nothing that a terminal would obey, whatever a request brought along', () => {
    const text = fc.string({ unit: 'binary' });
    return checkProperty(
      fc.asyncProperty(text, text, text, async (path, message, body) => {
        const record = sampleRecord({
          ...failed,
          request: { ...base.request, path, body },
          error: { ...failed.error!, message },
        });
        const output = await printed(record, { bodies: true });
        expect(output).not.to.match(OBEYED);
        expect(output.split('\n')).to.have.length(7);
      }),
    );
  });
});

describe('the console sink elsewhere', () => {
  it('prints NDJSON into a pipe', async () => {
    const text = await printed(base, { terminal: false });
    expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(base)));
    expect(text.indexOf('\n')).to.equal(text.length - 1);
  });

  it('prints the format that was asked for', async () => {
    expect(await printed(base, { format: 'json' })).to.match(/^\{"_id"/);
    expect(await printed(base, { terminal: false, format: 'pretty' })).to.contain('POST    201');
  });

  it('is a line for records that were lost', async () => {
    const text = await printed(sampleLoss());
    expect(text).to.match(/^\d\d:\d\d:30\.000  12 records lost since \d\d:\d\d:00\.123: queue-full 10, rejected 2\n$/);
  });

  it('lists a record that is not JSON as rejected and prints the others', async () => {
    const stream = new TestStream();
    const [good, poison] = sampleRecords(2);
    const broken = { ...poison!, attributes: { big: 1n } as never };
    expect(await consoleSink({ stream }).write([broken, good!], signal)).to.deep.equal({
      rejected: [{ index: 0, reason: 'the record cannot be written as text (TypeError)' }],
    });
    expect(stream.text.split('\n')).to.have.length(2);
  });
});

describe('a stream of the console sink', () => {
  it('is waited for', async () => {
    const stream = new TestStream();
    stream.isSlow = true;
    let isWritten = false;
    const writing = consoleSink({ stream })
      .write([base], signal)
      .then(() => (isWritten = true));
    await new Promise(setImmediate);
    expect(isWritten).to.equal(false);
    stream.release();
    await writing;
  });

  it('that hangs is given up at the deadline, and gets no second batch until it has taken the first', async () => {
    const stream = new TestStream();
    stream.isSlow = true;
    const sink = consoleSink({ stream });
    const deadline = new AbortController();
    const first = failureOf(sink.write(sampleRecords(1), deadline.signal));
    await new Promise(setImmediate);
    deadline.abort();
    expect(await first).to.include({ retryable: true });

    const second = failureOf(sink.write(sampleRecords(1), AbortSignal.timeout(20)));
    expect(await second).to.include({ retryable: true });
    stream.isSlow = false;
    stream.release();
    await sink.write(sampleRecords(1, 7), signal);
    expect(stream.text.trim().split('\n')).to.have.length(2);
    expect(stream.listenerCount('error')).to.equal(0);
  });

  it('whose reader has gone refuses the batch for good, and keeps no listener of ours', async () => {
    const stream = new TestStream();
    stream.failure = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const sink = consoleSink({ stream });
    const failure = await failureOf(sink.write([base], signal));
    expect(failure).to.include({
      retryable: false,
      message: 'The stream of the console sink was closed by its reader (EPIPE).',
    });
    const again = await failureOf(sink.write([base], signal));
    expect(again).to.include({ retryable: false });
    await sink.close?.();
    await new Promise(setImmediate);
    expect(stream.listenerCount('error')).to.equal(0);
  });

  it('that fails otherwise may be tried again', async () => {
    const stream = new TestStream();
    stream.failure = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const failure = await failureOf(consoleSink({ stream }).write([base], signal));
    expect(failure).to.include({ retryable: true, message: 'The stream of the console sink failed (ENOSPC).' });
  });

  it('that takes nothing any more after a failure refuses at once what it would keep for ever', async () => {
    const stream = new Writable({
      autoDestroy: false,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    });
    const sink = consoleSink({ stream });
    expect(await failureOf(sink.write([base], signal))).to.include({ retryable: true });
    expect(await failureOf(sink.write([base], signal))).to.include({
      retryable: false,
      message: 'The stream of the console sink takes nothing any more since it failed (ENOSPC).',
    });
  });
});
