import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LoggingError } from '../../src/errors';
import { DeadLetterFile } from '../../src/mongo/dead-letter-file';
import { mongoRecord } from '../support/mongo-records';

describe('a dead letter file', () => {
  let folder: string;
  let reports: LoggingError[];
  const report = (error: LoggingError): void => void reports.push(error);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
    reports = [];
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('gets a line for each record, in a folder that it makes, for the eyes of its owner', async () => {
    const path = join(folder, 'not', 'there', 'letters.ndjson');
    const file = new DeadLetterFile(path, 'audit');
    await file.append([{ record: mongoRecord('r1'), reason: 'too large' }], report);
    await file.append([{ record: mongoRecord('r2'), reason: 'BadValue (2)' }], report);
    const lines = (await readFile(path, 'utf8')).split('\n');
    expect(lines).to.have.length(3);
    expect(JSON.parse(lines[0]!)).to.deep.include({ sink: 'audit', reason: 'too large' });
    expect(JSON.parse(lines[1]!)).to.have.nested.property('record._id', 'r2');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect((await stat(join(folder, 'not'))).mode & 0o777).to.equal(0o700);
  });

  it('names a record that is no JSON', async () => {
    const path = join(folder, 'letters.ndjson');
    const record = Object.assign(mongoRecord('r1'), { attributes: { big: 10n } });
    await new DeadLetterFile(path, 'mongo').append([{ record: record, reason: 'BSONError' }], report);
    const { at, ...line } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    expect(line).to.deep.equal({ sink: 'mongo', reason: 'BSONError', _id: 'r1' });
    expect(at).to.be.a('string');
  });

  it('is not made for nothing', async () => {
    const path = join(folder, 'letters.ndjson');
    await new DeadLetterFile(path, 'mongo').append([], report);
    expect(await stat(path).catch(() => undefined)).to.equal(undefined);
  });

  it('reports once that it cannot be written, and again after it could', async () => {
    const blocker = join(folder, 'letters');
    const path = join(blocker, 'letters.ndjson');
    const file = new DeadLetterFile(path, 'mongo');
    const letters = [{ record: mongoRecord('r1'), reason: 'too large' }];
    await writeFile(blocker, '');
    await file.append(letters, report);
    await file.append(letters, report);
    expect(reports.map(({ code }) => code)).to.deep.equal(['DEAD_LETTER_FAILED']);
    expect(reports[0]?.message).to.equal(
      `Sink "mongo" could not write 1 rejected records to its dead letter file "${path}"; they are counted, but their ` +
        'content is lost. Make the file writable, or set `deadLetterFile: false`.',
    );
    await rm(blocker);
    await file.append(letters, report);
    await rm(blocker, { recursive: true });
    await writeFile(blocker, '');
    await file.append(letters, report);
    expect(reports).to.have.length(2);
  });
});
