import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { checkRecords, checkStats } from '../../example/demo/check';
import { runDemo } from '../../example/demo/run-demo';
import { ALL_SECRETS, SECRETS } from '../../example/demo/secrets';
import { dropCollection, exportCollection, findSecrets, readRecords } from '../../example/demo/stored-files';
import { findDestination } from '../../example/support/find-destination';
import { ScriptedMongoServer } from '../support/scripted-mongo-server';
import { useTemporaryDirectory } from '../support/temporary-directory';

const NOTHING_INSTALLED = { PATH: '' };

describe('the demo', () => {
  const directory = useTemporaryDirectory();

  function destinationIn(environment: Readonly<Record<string, string>>) {
    return findDestination({ directory: directory(), collection: 'demo' }, environment);
  }

  it('leaves exactly the expected records in files, and no secret', async () => {
    const { kind, sink } = await destinationIn(NOTHING_INSTALLED);
    expect(kind).to.equal('files');
    const { stats, reports } = await runDemo(sink);
    const records = await readRecords(directory());
    expect([...checkRecords(records), ...checkStats(stats), ...reports]).to.deep.equal([]);
    const { bytes, found } = await findSecrets(directory(), ALL_SECRETS);
    expect(found).to.deep.equal([]);
    expect(bytes).to.be.greaterThan(30_000);
  });

  it('tells of each record that is missing, doubled, different or unexpected', async () => {
    const { sink } = await destinationIn(NOTHING_INSTALLED);
    await runDemo(sink);
    const [, doubled, failed, aborted, ...others] = await readRecords(directory());
    const faulty = [
      ...[doubled!, doubled!, ...others],
      { ...failed!, response: { ...failed!.response, status: 201 } },
      { ...aborted!, handler: null, response: { ...aborted!.response, outcome: 'aborted' as const } },
      { ...aborted!, requestId: 'demo-99-unheard-of' },
    ];
    expect(checkRecords(faulty)).to.deep.equal([
      'demo-01-sign-up: has no record',
      'demo-02-sign-up-again: has 2 records, expected 1',
      'demo-03-failed-validation: status is 201, expected 400',
      'demo-04-log-in-with-json: outcome is aborted, expected sent',
      'demo-04-log-in-with-json: handler is none, expected AccountsController.logIn',
      'demo-99-unheard-of: nobody asked',
    ]);
  });

  it('finds the secrets of all recorded places when redaction is switched off', async () => {
    const { sink } = await destinationIn(NOTHING_INSTALLED);
    await runDemo(sink, { isRedacting: false });
    const { found } = await findSecrets(directory(), ALL_SECRETS);
    expect(found).to.have.members(Object.values(SECRETS));
  });

  it('ends with exit code 1 when it finds a secret', () => {
    const demo = join(__dirname, '../../example/demo.js');
    const { status, stdout } = spawnSync(process.execPath, [demo, '--without-redaction'], {
      env: NOTHING_INSTALLED,
      encoding: 'utf8',
    });
    expect(stdout).to.contain(`stored, although a secret: ${SECRETS.password}`);
    expect(status).to.equal(1);
  });

  for (const { spelling, text } of [
    { spelling: 'as it is', text: SECRETS.password },
    { spelling: 'in JSON', text: JSON.stringify({ said: `pw ${SECRETS.password}` }) },
    { spelling: 'in a URL', text: `https://shop/?a=1&p=${encodeURIComponent(SECRETS.password)}` },
    { spelling: 'in a form', text: String(new URLSearchParams({ a: '1', p: SECRETS.password })) },
    ...['', 'a', 'ab'].map(before => ({
      spelling: `in Base64 behind ${before.length} other bytes`,
      text: Buffer.from(`${before}${SECRETS.password}:`).toString('base64'),
    })),
  ]) {
    it(`finds a secret ${spelling}, in a file and in a compressed one`, async () => {
      await writeFile(join(directory(), 'records.ndjson'), text);
      expect((await findSecrets(directory(), ALL_SECRETS)).found).to.deep.equal([SECRETS.password]);
      await writeFile(join(directory(), 'records.ndjson'), '');
      await writeFile(join(directory(), 'records.ndjson.gz'), gzipSync(text));
      expect((await findSecrets(directory(), ALL_SECRETS)).found).to.deep.equal([SECRETS.password]);
    });
  }
});

describe('the demo with a MongoDB', () => {
  const directory = useTemporaryDirectory();
  let server: ScriptedMongoServer;
  before(async () => {
    server = await ScriptedMongoServer.start();
  });
  after(() => server.stop());

  it('leaves exactly the expected records in its collection, and no secret', async () => {
    const names = { directory: directory(), collection: 'demo' };
    const destination = await findDestination(names, { MONGODB_URL: server.url });
    if (destination.kind !== 'mongodb') throw new Error(`records went to ${destination.place}`);
    const { stats, reports } = await runDemo(destination.sink);
    await exportCollection(destination, directory());
    const records = await readRecords(directory());
    expect([...checkRecords(records), ...checkStats(stats), ...reports]).to.deep.equal([]);
    expect((await findSecrets(directory(), ALL_SECRETS)).found).to.deep.equal([]);
    await dropCollection(destination);
    expect(server.commands('drop')).to.have.length(1);
  });
});
