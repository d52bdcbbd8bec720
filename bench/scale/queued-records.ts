import { letterText } from '../apps/letters-app';
import { workload } from '../apps/workloads';
import { atMost } from '../report/report';
import type { ServerSettings } from '../servers/server-process';
import { ServerUnderTest } from '../servers/server-under-test';
import { inSequence } from '../support/in-sequence';
import type { Part } from './part';

const KILOBYTES: readonly number[] = [0.3, 1, 16, 60];
const QUEUED_BYTES = 5_000_000;
const MOST_RECORDS = 2_000;
const ENVELOPE_BYTES = 1_024;

const HUNG: ServerSettings = {
  variant: 'hung sink',
  app: { name: 'letters' },
  logging: { delivery: { maxQueueRecords: 1_000_000, maxQueueBytes: 2 ** 31, writeTimeoutMs: 3_600_000 } },
};

async function queuedBy(server: ServerUnderTest): Promise<number> {
  const { stats } = await server.health();
  if (stats!.exchanges.pending > 0 || stats!.exchanges.open > 0) return queuedBy(server);
  const { queued, inFlight } = stats!.sinks['hung']!;
  return queued + inFlight;
}

async function memoryOfOne(kilobytes: number) {
  const text = letterText(kilobytes * 1_000);
  const { next } = workload('', 'POST /letters HTTP/1.1', text);
  const server = await ServerUnderTest.start(HUNG);
  try {
    const requests = Math.min(MOST_RECORDS, Math.round(QUEUED_BYTES / text.length));
    // As many as are measured: what the engine compiles meanwhile is no record's.
    await server.send(next, requests);
    const queuedBefore = await queuedBy(server);
    const bytesBefore = await server.usedBytes();
    await server.send(next, requests);
    const queued = (await queuedBy(server)) - queuedBefore;
    const bodyBytes = 2 * text.length;
    return { kilobytes, queued, bodyBytes, recordBytes: ((await server.usedBytes()) - bytesBefore) / queued };
  } finally {
    await server.close();
  }
}

/** Memory that a record takes while it waits for its sink. */
export const queuedRecords: Part = async () => {
  const results = await inSequence(KILOBYTES, memoryOfOne);
  return {
    tables: [
      {
        caption: 'Memory of a record that waits for its sink',
        columns: ['body', 'bodies, in and out: bytes', 'record: bytes', 'of the bodies', 'records'],
        rows: results.map(({ kilobytes, queued, bodyBytes, recordBytes }) => [
          `${kilobytes} KB`,
          String(bodyBytes),
          recordBytes.toFixed(0),
          (recordBytes / bodyBytes).toFixed(2),
          String(queued),
        ]),
      },
    ],
    targets: results.map(({ kilobytes, bodyBytes, recordBytes }) =>
      atMost(
        `memory of a queued record with bodies of ${kilobytes} KB`,
        recordBytes / 1_024,
        (1.5 * bodyBytes + ENVELOPE_BYTES) / 1_024,
        'KiB',
        1,
      ),
    ),
    plots: [],
    figures: results,
  };
};
