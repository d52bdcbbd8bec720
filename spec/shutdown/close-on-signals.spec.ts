import { expect } from 'chai';
import { closeOnSignals, type CloseOnSignalsOptions, LoggingError } from '../../src';
import { ApplicationProcess } from '../support/application-process';
import { readNdjson } from '../support/read-ndjson';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { until } from '../support/test-app';

const WAITING = { maxDelayMs: 60_000 };

describe('closeOnSignals, in a process that listens to the signal itself', () => {
  const notes: string[] = [];
  const logging = {
    close: async ({ deadlineMs }: { readonly deadlineMs: number }) => {
      notes.push(deadlineMs > 0 ? 'closed with time' : 'closed without time');
    },
  };
  const ownListener = (): void => void notes.push('own listener');
  let stop = (): void => {};

  beforeEach(() => {
    notes.length = 0;
    process.once('SIGHUP', ownListener);
  });

  afterEach(() => {
    stop();
    process.off('SIGHUP', ownListener);
  });

  const listen = (options: CloseOnSignalsOptions = {}): void => {
    stop = closeOnSignals(logging, { signals: ['SIGHUP'], ...options });
  };

  // A signal that nobody listened to any more would end the specs: none is really sent.
  const signal = (): void => void process.emit('SIGHUP', 'SIGHUP');

  it('closes, and leaves the end to the application', async () => {
    listen();
    signal();
    await until(() => notes.length === 2);
    expect(notes).to.have.members(['own listener', 'closed with time']);
    expect(process.listenerCount('SIGHUP')).to.equal(0);
  });

  it('first does what it was given, and closes even if that fails', async () => {
    listen({
      before: async name => {
        notes.push(`before, ${name}`);
        throw new Error('the server did not stop');
      },
    });
    signal();
    await until(() => notes.includes('closed with time'));
    expect(notes).to.deep.equal(['before, SIGHUP', 'own listener', 'closed with time']);
  });

  it('closes although what comes first never ends', async () => {
    listen({ before: () => new Promise(() => {}), deadlineMs: 2 });
    signal();
    await until(() => notes.some(note => note.startsWith('closed')));
  });

  it('listens once to a signal that is named twice', () => {
    listen({ signals: ['SIGHUP', 'SIGHUP'] });
    expect(process.listeners('SIGHUP')).to.have.length(2);
  });

  it('refuses what cannot be closed', () => {
    expect(() => closeOnSignals(undefined as never)).to.throw(
      'closeOnSignals(logging): logging.close must be a function',
    );
  });

  it('does nothing once it is taken away', () => {
    listen();
    stop();
    expect(process.listeners('SIGHUP')).to.have.length(1);
  });

  for (const { options, message } of [
    { options: { signal: 'SIGTERM' }, message: 'closeOnSignals() has no option "signal": did you mean "signals"?' },
    { options: { signals: [] }, message: "closeOnSignals({ signals }) must be a list such as ['SIGTERM']." },
    { options: { signals: ['SIGKILL'] }, message: 'closeOnSignals({ signals }) must be one of "SIGTERM", ' },
    { options: { deadlineMs: -1 }, message: 'closeOnSignals({ deadlineMs }) must be a whole number from 0 to 600000' },
    { options: { before: 1 }, message: 'closeOnSignals({ before }) must be a function, got 1.' },
    { options: { exit: 'yes' }, message: 'closeOnSignals({ exit }) must be true or false' },
  ]) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(() => closeOnSignals(logging, options as never))
        .to.throw(LoggingError)
        .with.property('message')
        .that.contains(message);
    });
  }
});

describe('closeOnSignals, in a process that listens to nothing else', () => {
  const directory = useTemporaryDirectory();

  async function terminated(options: CloseOnSignalsOptions) {
    const app = await ApplicationProcess.start({
      sink: 'file',
      directory: `${directory()}/${options.exit}`,
      delivery: WAITING,
      closeOnSignals: options,
    });
    await app.work(0, 10);
    const { code, signal, stderr } = await app.kill('SIGTERM');
    const records = await readNdjson(`${directory()}/${options.exit}`);
    return { code, signal, stderr, records: records.length };
  }

  it('delivers what is pending; then the signal ends the process, or it exits with 0 if that was asked for', async () => {
    expect(await Promise.all([terminated({ exit: false }), terminated({ exit: true })])).to.deep.equal([
      { code: null, signal: 'SIGTERM', stderr: '', records: 10 },
      { code: 0, signal: null, stderr: '', records: 10 },
    ]);
  });
});
