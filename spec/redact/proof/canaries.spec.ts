import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Context, Next } from 'koa';
import type { LoggingOptions } from '../../../src';
import { makeCanaryController, QuietError, type Script } from '../../support/canary-controller';
import { CanaryOutputs } from '../../support/canary-outputs';
import { CANARY_PLACES, type CanaryHook, type CanaryPlace, sendCanary } from '../../support/canary-places';
import { KNOWN_GAPS } from '../../support/known-gaps';
import { ProofFailed } from '../../support/leak-check';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { IN_WORKER, testApp } from '../../support/test-app';

// One secret of its own for each place, so that a leak tells where it came from.
const PLACES = CANARY_PLACES.filter(({ hook }) => !IN_WORKER || hook !== 'onRecord');
const CANARIES = PLACES.map((place, at) => ({ place, canary: `Cq${at}z7f3a9c` }));
const canaryOf = (wanted: CanaryPlace): string => CANARIES.find(({ place }) => place === wanted)!.canary;

/** All that was sent, answered and thrown: the log that somebody would write who redacts nothing. */
class Witness {
  text = '';

  readonly middleware = async ({ request, req }: Context, next: Next): Promise<void> => {
    try {
      await next();
    } catch (error) {
      this.note(inspect(error, { depth: Infinity }));
      throw error;
    } finally {
      this.note(inspect([req.url, (request as { body?: unknown }).body], { depth: Infinity }));
    }
  };

  note(text: string): void {
    this.text += `${text}\n`;
  }
}

interface Outcome {
  readonly outputs: Readonly<Record<string, string>>;
  readonly fileNames: readonly string[];
  readonly witness: string;
}

async function sendAll(directory: string, isRedacted: boolean): Promise<Outcome> {
  const outputs = await CanaryOutputs.open(directory);
  const witness = new Witness();
  const script: Script = { act: () => ({}) };
  let current: CanaryPlace | undefined;
  let cleanAnswers = '';
  const secretOf = (hook: CanaryHook) => (current?.hook === hook ? canaryOf(current) : undefined);
  const attributes = (hook: CanaryHook) => ({ ...failing(), password: secretOf(hook) });
  const failing = () => {
    const secret = secretOf('failing hooks');
    if (secret !== undefined) throw new Error(`no user for ${secret}`);
    return {};
  };
  const options: LoggingOptions = {
    sinks: outputs.sinks,
    delivery: outputs.delivery,
    unmatched: 'all',
    errorHandlers: [[QuietError, () => ({ status: 502, body: { code: 'UPSTREAM' } })]],
    onRequest: () => attributes('onRequest'),
    onResponse: () => attributes('onResponse'),
    ...(!IN_WORKER && { onRecord: () => attributes('onRecord') }),
    identify: () => ({ ...failing(), id: secretOf('identify') ?? 'u1' }),
    redact: { hashKey: { id: 'k1', secret: 'sixteen characters or more' } },
    onError: error => {
      outputs.reports.push(error);
      witness.note(inspect(error, { depth: Infinity }));
    },
  };
  const builder = testApp()
    .controllers(makeCanaryController(script))
    .host({ authorizationChecker: () => false })
    .logging(options)
    .use(witness.middleware);
  const app = await (isRedacted ? builder : builder.withoutRedaction()).start();
  for (const { place, canary } of CANARIES) {
    current = place;
    script.act = context => {
      if (place.hook === 'annotate') app.logging.annotate(context, { password: canary });
      return place.act ? place.act(canary, context) : {};
    };
    const { sent, answer } = await sendCanary(app, place, canary);
    witness.note(sent + answer);
    if (place.isAnswerClean) cleanAnswers += answer;
    // Hooks are asked after the answer; the next place must not answer them.
    await app.storedRecords();
  }
  const { recorded } = app.logging.stats().exchanges;
  if (recorded !== CANARIES.length) throw new ProofFailed(`${recorded} records of ${CANARIES.length} requests`);
  await app.close();
  const read = { ...(await outputs.read()), answers: cleanAnswers };
  const fileNames = await outputs.fileNames();
  await outputs.close();
  return { outputs: read, fileNames, witness: witness.text };
}

const missingIn = (text: string, isExpected: (place: CanaryPlace) => boolean = () => true): string[] =>
  CANARIES.filter(({ place, canary }) => isExpected(place) && !text.includes(canary)).map(
    ({ place: { channel, name } }) => `${channel}: ${name}`,
  );

describe(`secrets in ${CANARIES.length} places`, () => {
  const directory = useTemporaryDirectory();

  it('reach no sink, no file, no dead letter and no report', async () => {
    const { outputs, fileNames, witness } = await sendAll(directory(), true);
    expect(missingIn(witness), 'secrets that never came to the application').to.deep.equal([]);
    expect(fileNames.filter(name => name.endsWith('.gz'))).not.to.have.length(0);
    expect(Object.entries(outputs).filter(([, text]) => text === '')).to.deep.equal([]);
    const leaks = Object.entries(outputs).flatMap(([output, text]) =>
      CANARIES.filter(({ canary }) => text.includes(canary)).map(
        ({ place: { channel, name } }) => `${output} <- ${channel}: ${name}`,
      ),
    );
    if (leaks.length > 0) throw new ProofFailed(`leak of ${leaks.join('\n')}`);
  }).timeout(20_000);

  it('are all found where they are recorded at all, when redaction is switched off', async () => {
    const { outputs } = await sendAll(directory(), false);
    const isRecorded = ({ isNeverRead, hook, name }: CanaryPlace) => {
      if (KNOWN_GAPS.marksThatCannotBeSwitchedOff && name === 'a marked @Body') return false;
      return !isNeverRead && hook !== 'failing hooks';
    };
    const { memory, files, mongodb } = outputs as Record<'memory' | 'files' | 'mongodb', string>;
    expect(missingIn(memory, isRecorded)).to.deep.equal([]);
    expect(missingIn(files, isRecorded)).to.deep.equal([]);
    expect(missingIn(mongodb, isRecorded)).to.deep.equal([]);
    expect(missingIn(outputs['console (json)']!, isRecorded)).to.deep.equal([]);
    // Every second record is refused by the server.
    const found = missingIn(outputs['dead letters']!).length;
    expect(found).to.be.within(1, CANARIES.length - 1);
  }).timeout(20_000);
});

describe('a fault that is told as a warning of the process', () => {
  it('does not quote what it failed on', async () => {
    const warnings: string[] = [];
    const emitWarning = process.emitWarning;
    process.emitWarning = (...args: unknown[]) => void warnings.push(inspect(args, { depth: Infinity }));
    try {
      const script: Script = { act: () => ({}) };
      const fail = (): never => {
        throw new Error('hook with canary-9f3c');
      };
      const builder = testApp().controllers(makeCanaryController(script));
      const options = { onError: undefined, identify: fail, onRecord: fail } as unknown as LoggingOptions;
      const app = await builder.logging(options).start();
      await app.post('/canary/account', { odd: 'canary-9f3c', hashed: 'canary-9f3c' });
      await app.storedRecords();
    } finally {
      process.emitWarning = emitWarning;
    }
    expect(warnings).to.have.length.at.least(4);
    if (warnings.join().includes('canary-9f3c')) throw new ProofFailed(`leak in ${warnings.join('\n')}`);
  });
});
