import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const build = resolve(__dirname, '../..');

/** Runs a script that has a delivery into a sink, in a process of its own. Returns what it printed. */
function runInOwnProcess(script: string): { readonly printed: string; readonly ms: number } {
  const prelude = `
    const { Delivery } = require('./src/delivery/delivery');
    const { resolveDeliveryOptions } = require('./src/delivery/delivery-options');
    const { packedRecord } = require('./spec/support/numbered-records');
    const write = async batch => console.log('stored ' + batch.length);
    const deliveryInto = (sink, options) =>
      new Delivery([{ name: 'sink', write, ...sink }], resolveDeliveryOptions(options), {
        report: e => console.log(e.code),
        lossOrigin: { service: packedRecord().service },
      });
  `;
  const startedAt = performance.now();
  const child = spawnSync(process.execPath, ['-e', prelude + script], { cwd: build, encoding: 'utf8', timeout: 8_000 });
  expect(child.stderr).to.equal('');
  expect(child.status).to.equal(0);
  return { printed: child.stdout.trim(), ms: performance.now() - startedAt };
}

describe('a process', () => {
  it('is not kept alive by records that wait', () => {
    const { printed, ms } = runInOwnProcess(`
      const delivery = deliveryInto({}, { maxDelayMs: 60000 });
      delivery.push(packedRecord());
      console.log('end');
    `);
    expect(printed).to.equal('end');
    expect(ms).to.be.below(8_000);
  });

  it('is not kept alive by a sink that hangs, or by the wait for one that failed', () => {
    const { printed } = runInOwnProcess(`
      deliveryInto({ write: () => new Promise(() => {}) }, { maxBatchRecords: 1 }).push(packedRecord());
      deliveryInto({ write: async () => { throw new Error('down'); } }, { maxBatchRecords: 1, retryMinDelayMs: 30000 })
        .push(packedRecord());
    `);
    expect(printed).to.equal('SINK_WRITE_FAILED');
  });

  it('sends a full batch before it ends', () => {
    const { printed } = runInOwnProcess(`
      const delivery = deliveryInto({}, { maxBatchRecords: 2 });
      delivery.push(packedRecord(1));
      delivery.push(packedRecord(2));
    `);
    expect(printed).to.equal('stored 2');
  });

  it('is kept alive by a flush until its retries are done', () => {
    const { printed } = runInOwnProcess(`
      let failures = 2;
      const delivery = deliveryInto(
        { write: async batch => { if (failures-- > 0) throw new Error('down'); return write(batch); } },
        { retryMinDelayMs: 1, retryMaxDelayMs: 2 },
      );
      delivery.push(packedRecord());
      delivery.flush().then(() => console.log('flushed'));
    `);
    expect(printed.split('\n')).to.deep.equal(['SINK_WRITE_FAILED', 'stored 1', 'flushed']);
  });

  it('is kept alive by close until its deadline, and no longer', () => {
    const { printed } = runInOwnProcess(`
      const delivery = deliveryInto({ write: () => new Promise(() => {}) }, {});
      delivery.push(packedRecord());
      delivery.close({ deadlineMs: 20 }).then(() => console.log(delivery.stats().sink.dropped.closed + ' dropped'));
    `);
    expect(printed.split('\n')).to.deep.equal(['RECORDS_DROPPED', '1 dropped']);
  });
});
