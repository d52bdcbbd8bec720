import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogging, memorySink, type Logging, type LogRecord, type Sink } from '../../src';
import { Delivery } from '../../src/delivery/delivery';
import { resolveDeliveryOptions, type DeliveryOptions } from '../../src/delivery/delivery-options';
import { SinkError, type LoggingError, type Report } from '../../src/errors';
import type { AnyRecord } from '../../src/record/log-record';
import { expectConservation } from '../support/conservation';
import { numberedRecord, numbersOf, packedRecord } from '../support/numbered-records';
import { RecordingSink, unavailable } from '../support/recording-sink';
import { sampleRecord } from '../support/sample-record';
import { useTemporaryDirectory } from '../support/temporary-directory';

describe('a delivery with a spool on the disk', () => {
  const directory = useTemporaryDirectory();

  function deliveryInto(sink: Sink, options: DeliveryOptions = {}, report: Report = () => {}): Delivery {
    const spool = { directory: directory(), ...options.spool };
    const resolved = resolveDeliveryOptions({ maxDelayMs: 1, ...options, spool });
    const lossOrigin = { service: sampleRecord().service, expireAfterDays: undefined };
    return new Delivery([sink], resolved, { report, lossOrigin });
  }

  const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  for (const mode of ['overflow', 'always'] as const) {
    it(`leaves what a sink does not take to the next process (${mode})`, async () => {
      const down = new RecordingSink('sink').onEveryWrite(unavailable);
      const first = deliveryInto(down, { spool: { directory: directory(), mode }, maxQueueRecords: 200 });
      first.open();
      await first.flush();
      for (const number of upTo(1_000)) first.push(packedRecord(number));
      await first.close({ deadlineMs: 50 });
      expectConservation(first.stats());
      expect(first.stats()['sink']).to.include({ accepted: 1_000, spooled: 1_000, delivered: 0 });

      const up = new RecordingSink('sink');
      const second = deliveryInto(up, { spool: { directory: directory(), mode } });
      second.open();
      await second.flush();
      await second.close();
      expectConservation(second.stats());
      expect(second.stats()['sink']).to.include({ recovered: 1_000, delivered: 1_000, spooled: 0 });
      expect(numbersOf(up.stored).sort((a, b) => a - b)).to.deep.equal(upTo(1_000));
      const [original, restored] = [numberedRecord(500), up.stored.find(record => numbersOf([record])[0] === 500)];
      expect(restored).to.deep.equal(original);
      expect(
        readdirSync(directory(), { recursive: true }).filter(name => String(name).endsWith('.spool')),
      ).to.deep.equal([]);
    });
  }

  it('is on the disk when spillSync returns', async () => {
    const first = deliveryInto(new RecordingSink('sink').onEveryWrite(() => new Promise(() => {})));
    first.open();
    await first.flush();
    for (const number of upTo(300)) first.push(packedRecord(number));
    first.spillSync();
    expect(first.stats()['sink']).to.include({ spooled: 300, queued: 0 });
    await first.close();

    const sink = new RecordingSink('sink');
    const second = deliveryInto(sink);
    second.open();
    await second.flush();
    await second.close();
    expect(numbersOf(sink.stored)).to.deep.equal(upTo(300));
  });

  for (const writesAtOnce of [true, false]) {
    const sinks = writesAtOnce ? 'stored by a sink that can' : 'dropped, and told so, where the sink cannot';
    it(`is, where the disk refuses it, ${sinks} store at once`, async () => {
      const spool = { directory: join(directory(), 'file') };
      await writeFile(spool.directory, 'in the place of the folder');
      const sink = new RecordingSink('sink').onEveryWrite(() => new Promise(() => {}));
      const stored: AnyRecord[] = [];
      const ending: Sink = writesAtOnce
        ? Object.assign(sink, { writeSync: (batch: readonly AnyRecord[]) => stored.push(...batch) })
        : sink;
      const reports: LoggingError[] = [];
      const first = deliveryInto(ending, { spool, maxBatchRecords: 1 }, error => reports.push(error));
      first.open();
      await first.flush();
      for (const number of upTo(20)) first.push(packedRecord(number));
      first.spillSync();
      expectConservation(first.stats());
      const lane = first.stats()['sink']!;
      expect(lane).to.include({ accepted: 20, spooled: 0, queued: 0, delivered: writesAtOnce ? 20 : 0 });
      expect(lane.dropped.closed).to.equal(writesAtOnce ? 0 : 20);
      expect(stored).to.have.length(writesAtOnce ? 20 : 0);
      expect(reports.map(({ code }) => code)).to.include('SPOOL_FAILED');
    });
  }

  for (const end of ['close', 'spillSync'] as const) {
    it(`takes a queue of 32 MiB whole at the end (${end})`, async () => {
      const options = { maxQueueBytes: 64 * 1024 ** 2, maxBatchRecords: 1 };
      const delivery = deliveryInto(
        new RecordingSink('sink').onEveryWrite(() => new Promise(() => {})),
        options,
      );
      delivery.open();
      await delivery.flush();
      const note = 'x'.repeat(256 * 1024);
      for (const number of upTo(128)) delivery.push(packedRecord(number, { attributes: { note } }));
      expect(delivery.stats()['sink']).to.include({ spooled: 0 });
      if (end === 'spillSync') delivery.spillSync();
      await delivery.close({ deadlineMs: 0 });
      expect(delivery.stats()['sink']).to.include({ spooled: 128, queued: 0, inFlight: 0 });

      const sink = new RecordingSink('sink');
      const second = deliveryInto(sink);
      second.open();
      await second.flush();
      await second.close();
      expect(numbersOf(sink.stored).sort((a, b) => a - b)).to.deep.equal(upTo(128));
    });
  }

  it('does not wait for the deadline of close when the sink is down', async () => {
    let writes = 0;
    const sink: Sink = {
      name: 'sink',
      async write() {
        writes++;
        throw new SinkError('down', { retryable: true });
      },
    };
    const delivery = deliveryInto(sink, { circuitFailures: 1, retryMinDelayMs: 3_600_000, retryMaxDelayMs: 3_600_000 });
    delivery.open();
    await delivery.flush();
    delivery.push(packedRecord());
    while (writes === 0) await new Promise(resolve => setImmediate(resolve));
    // An hour, which this spec would not survive.
    await delivery.close({ deadlineMs: 3_600_000 });
    expect(delivery.stats()['sink']).to.include({ spooled: 1, state: 'closed' });
  });

  it('is what createLogging makes of delivery.spool', async () => {
    const sink = memorySink();
    const logging: Logging = createLogging({ sinks: [sink], delivery: { spool: { directory: directory() } } });
    await logging.flush();
    await logging.close();
    expect(logging.stats().sinks['memory']).to.include({ recovered: 0, spooled: 0 });
    const records: readonly LogRecord[] = sink.records;
    expect(records).to.deep.equal([]);
  });
});
