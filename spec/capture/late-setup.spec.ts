import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createLogging, memorySink } from '../../src';
import { testApp } from '../support/test-app';

describe('createLogging after useKoaServer', () => {
  it('is told once, changes no answer and leaks nothing', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, '../support/late-setup-app.js')]);
    const { statuses, codes, records } = JSON.parse(stdout) as {
      readonly statuses: number[];
      readonly codes: string[];
      readonly records: object[];
    };
    expect(statuses).to.deep.equal([200, 200]);
    expect(codes).to.deep.equal(['LATE_SETUP']);
    expect(JSON.stringify(records)).not.to.contain('canary');
  });
});

describe('a second logging on one application', () => {
  it('records nothing and says so once', async () => {
    const codes: string[] = [];
    const memory = memorySink();
    const second = createLogging({ sinks: [memory], unmatched: 'all', onError: ({ code }) => codes.push(code) });
    const app = await testApp().logging({ unmatched: 'all' }).use(second.middleware()).start();
    await app.get('/one');
    await app.get('/two');
    expect(await app.storedRecords()).to.have.length(2);
    expect(codes).to.deep.equal(['CAPTURE_FAILED']);
    await second.close();
    expect(memory.records).to.deep.equal([]);
  });
});
