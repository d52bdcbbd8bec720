// Run as a process of its own by bench/shutdown.ts: has records in hand when it is told to end.
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type AnyRecord, closeOnSignals, fileSink, type Sink, type SinkContext } from 'logged-controllers';
import { Delivery } from '../../src/delivery/delivery';
import { resolveDeliveryOptions } from '../../src/delivery/delivery-options';
import { endWithProcess } from '../../src/shutdown/end-with-process';
import { PackedRecord } from '../../src/record/packed-record';
import { TAKES_PACKED } from '../../src/sinks/packed-batches';
import type { EndingCase, EndingReport } from './ending-case';

const { sink, records, maxBatchRecords, deadlineMs, directory, sample } = JSON.parse(process.argv[2]!) as EndingCase;

function newSink(): Sink {
  if (sink === 'file') return heldBack(fileSink({ directory: `${directory}/files` }));
  const isDown = sink === 'down';
  return {
    name: 'file',
    write: () =>
      new Promise((resolve, reject) =>
        setTimeout(isDown ? () => reject(new Error('down')) : resolve, isDown ? 1 : 200),
      ),
  };
}

/** It keeps up with what comes, so that nothing would be in hand: it begins when the process is told to end. */
function heldBack(file: Sink): Sink {
  const isTold = new Promise(resolve => process.once('SIGTERM', resolve));
  const held = {
    name: file.name,
    [TAKES_PACKED]: true,
    open: async (context: SinkContext) => file.open?.(context),
    write: async (batch: readonly AnyRecord[], signal: AbortSignal) => {
      await isTold;
      return file.write(batch, signal);
    },
    close: async () => file.close?.(),
  };
  return held;
}

const delivery = new Delivery(
  [newSink()],
  resolveDeliveryOptions({
    maxBatchRecords,
    maxBatchBytes: 4 * 1024 ** 2,
    maxDelayMs: 60_000,
    maxQueueRecords: 1_000_000,
    maxQueueBytes: 1024 ** 3,
    spool: { directory: `${directory}/spool` },
  }),
  { report: () => {}, lossOrigin: { service: sample.service, expireAfterDays: undefined } },
);

function tell(tookMs: number): void {
  const { delivered, spooled, dropped } = delivery.stats()['file']!;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  // A message could still be on its way when the process is gone.
  writeSync(1, JSON.stringify({ delivered, spooled, lost, tookMs } satisfies EndingReport));
}

const ending = {
  async close(options: { readonly deadlineMs: number }) {
    const start = performance.now();
    await delivery.close(options);
    tell(performance.now() - start);
  },
  endNow() {
    const start = performance.now();
    delivery.spillSync();
    tell(performance.now() - start);
  },
};

async function main(): Promise<void> {
  // As a server would, which is what a signal usually ends.
  setInterval(() => {}, 1_000);
  delivery.open();
  await delivery.flush();
  for (let pushed = 0; pushed < records; pushed++) {
    delivery.push(PackedRecord.of({ ...sample, _id: randomUUID(), at: new Date() }));
    // As requests do, they come with pauses in which the spool and the sink can work.
    if (pushed % 50 === 49) await new Promise(resolve => setImmediate(resolve));
  }
  if (deadlineMs === null) endWithProcess(ending);
  else closeOnSignals(ending, { deadlineMs, exit: true });
  process.send!('ready');
  if (deadlineMs === null) setImmediate(() => process.exit());
}

void main();
