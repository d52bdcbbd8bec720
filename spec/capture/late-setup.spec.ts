import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

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
