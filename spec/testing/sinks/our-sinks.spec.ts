import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { sinkConformance } from '../../../src/testing';
import { conformanceTable } from './conformance-table';
import { consoleHarness } from './harnesses/console-harness';
import { fileHarness } from './harnesses/file-harness';
import { memoryHarness } from './harnesses/memory-harness';
import { mongoHarness } from './harnesses/mongo-harness';

const TABLES = {
  memory: sinkConformance(memoryHarness),
  console: sinkConformance(consoleHarness),
  file: sinkConformance(fileHarness),
  mongo: sinkConformance(mongoHarness()),
};

for (const [sink, cases] of Object.entries(TABLES)) {
  describe(`the ${sink} sink conforms:`, () => {
    before(function () {
      // Pipes and devices stand in for disks that hang or are full.
      if (sink === 'file' && process.platform === 'win32') this.skip();
    });
    for (const { name, run } of cases) it(name, run);
  });
}

describe('the page about sinks', () => {
  it('shows the table of these cases', async () => {
    const page = await readFile(join(process.cwd(), 'docs', 'sinks.md'), 'utf8');
    expect(page).to.contain(conformanceTable(TABLES));
  });
});
