import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readLines } from '../../support/read-ndjson';
import { sampleRecords } from '../../support/sample-record';
import { useTemporaryDirectory } from '../../support/temporary-directory';
import { TestFileSink } from '../../support/test-file-sink';

describe('a file sink in the last moment of its process', () => {
  const directory = useTemporaryDirectory();
  const [first, second] = sampleRecords(2);

  it('has written before it returns, on a new line whatever was there', async () => {
    const sink = await new TestFileSink({ directory: directory() }).open();
    await sink.write([first!]);
    await appendFile(join(directory(), 'requests.ndjson'), '{"torn":');
    sink.writeSync([second!]);
    const lines = await readLines(directory());
    expect(lines).to.have.length(3);
    expect(lines[1]).to.equal('{"torn":');
    expect(JSON.parse(lines[2]!)).to.include({ _id: second!._id });
    await sink.close();
  });

  it('makes the folder again if it is gone', async () => {
    const folder = join(directory(), 'logs');
    const sink = await new TestFileSink({ directory: folder }).open();
    await rm(folder, { recursive: true });
    sink.writeSync([first!, second!]);
    expect(await readLines(folder)).to.have.length(2);
    await sink.close();
  });
});
