import { letterText } from '../apps/letters-app';
import { type Workload, workload } from '../apps/workloads';
import { atMost } from '../report/report';
import type { ServerSettings } from '../servers/server-process';
import type { ServerUnderTest } from '../servers/server-under-test';
import { inSequence } from '../support/in-sequence';
import { warmUp, withServers } from '../support/interleaved';
import { medianOf } from '../support/statistics';
import { addedCost } from './added-cost';
import { failed, type Part } from './part';

const KILOBYTES: readonly number[] = [0.1, 1, 4, 16, 60, 250, 1_000];
// The default of maxBodyBytes.
const CAP_KILOBYTES = 64;
const BURST_BYTES = 1_000_000;
const FEWEST_REQUESTS = 2;
const BURSTS = 3;

const APP = { name: 'letters' } as const;
const SERVERS: readonly ServerSettings[] = [
  { variant: 'bare', app: APP },
  { variant: 'file sink', app: APP },
  { variant: 'file sink', label: 'bodies up to 1 MiB', app: APP, logging: { maxBodyBytes: 1_048_576 } },
];

interface Size {
  readonly kilobytes: number;
  readonly workload: Workload;
  /** As many as make a megabyte, so that large ones do not take minutes. */
  readonly requests: number;
}

function sizeOf(kilobytes: number, requests: number): Size {
  const text = letterText(kilobytes * 1_000);
  return {
    kilobytes,
    workload: workload(`${kilobytes} KB`, 'POST /letters HTTP/1.1', text),
    requests: Math.max(FEWEST_REQUESTS, Math.min(requests, Math.round(BURST_BYTES / text.length))),
  };
}

async function longestBlocks(servers: readonly ServerUnderTest[], { workload: given, requests }: Size) {
  const blocks = new Map(servers.map(({ name }) => [name, [] as number[]]));
  for (let burst = 0; burst < BURSTS; burst++) {
    for (const server of servers) blocks.get(server.name)!.push(await server.longestBlock(given, requests));
  }
  return [...blocks.values()].map(medianOf);
}

/** A body in and the same out, from 0.1 KB to 1 MB: what it adds, and how long the event loop is held. */
export const bodySizes: Part = ({ rounds, requests }) =>
  withServers(SERVERS, async servers => {
    const sizes = KILOBYTES.map(kilobytes => sizeOf(kilobytes, requests));
    await warmUp(servers, [sizes[1]!.workload]);
    const results = await inSequence(sizes, async size => {
      const cost = await addedCost(servers, size.workload, { rounds, requests: size.requests });
      return { size, ...cost, blocksMs: await longestBlocks(servers, size) };
    });
    const series = (name: string, figure: (result: (typeof results)[number]) => number) => ({
      name,
      points: results.map(result => [result.size.kilobytes, figure(result)] as const),
    });
    const added = (at: number) => (result: (typeof results)[number]) => result.comparisons[at]!.addedMicros!.median;
    return {
      tables: [
        {
          caption:
            'Size of the body, in and out: added CPU, and the longest turn of the event loop not the application’s',
          columns: ['body', 'bare µs', 'added µs', 'added, cap 1 MiB', 'bare ms', 'longest turn ms', 'cap 1 MiB ms'],
          rows: results.map(({ size, comparisons, blocksMs }) => [
            `${size.kilobytes} KB`,
            comparisons[0]!.cpuMicros.toFixed(0),
            comparisons[1]!.addedMicros!.median.toFixed(0),
            comparisons[2]!.addedMicros!.median.toFixed(0),
            ...blocksMs.map(ms => ms.toFixed(1)),
          ]),
        },
      ],
      targets: [
        ...failed(results),
        ...results
          .filter(({ size }) => size.kilobytes <= CAP_KILOBYTES)
          .map(({ size, blocksMs }) =>
            atMost(`longest turn with bodies of ${size.kilobytes} KB`, blocksMs[1]!, 5, 'ms', 1),
          ),
      ],
      plots: [
        {
          file: 'body-size',
          title: 'Cost by size of the body, in and out',
          xLabel: 'KB',
          hasLogX: true,
          panels: [
            {
              yLabel: 'CPU µs per request',
              series: [
                series('bare', ({ comparisons }) => comparisons[0]!.cpuMicros),
                series('added', added(1)),
                series('added, cap 1 MiB', added(2)),
              ],
            },
            {
              yLabel: 'longest turn, ms',
              series: servers.map(({ name }, at) => series(name, ({ blocksMs }) => blocksMs[at]!)),
            },
          ],
        },
      ],
      figures: results.map(({ measurements, blocksMs }) => ({ measurements, blocksMs })),
    };
  });
