import { letterText } from '../apps/letters-app';
import { type Workload, workload } from '../apps/workloads';
import { atMost } from '../report/report';
import type { LongestTurn } from '../servers/longest-turn';
import type { ServerSettings } from '../servers/server-process';
import type { ServerUnderTest } from '../servers/server-under-test';
import { inSequence } from '../support/in-sequence';
import { warmUp, withServers } from '../support/interleaved';
import { addedCost } from './added-cost';
import { failed, type Part } from './part';

const KILOBYTES: readonly number[] = [0.1, 1, 4, 16, 60, 250, 1_000];
// The default of maxBodyBytes.
const CAP_KILOBYTES = 64;
const BURST_BYTES = 1_000_000;
const FEWEST_REQUESTS = 2;
// An odd number: one of them is the median.
const BURSTS = 5;

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

/** Of each server, the burst in the middle when they are sorted by their longest turns. */
async function longestTurns(
  servers: readonly ServerUnderTest[],
  { workload: given, requests }: Size,
): Promise<readonly LongestTurn[]> {
  const bursts = new Map(servers.map(({ name }) => [name, [] as LongestTurn[]]));
  for (let burst = 0; burst < BURSTS; burst++) {
    for (const server of servers) bursts.get(server.name)!.push(await server.longestTurn(given, requests));
  }
  return [...bursts.values()].map(turns => turns.sort((left, right) => left.ms - right.ms)[(BURSTS - 1) / 2]!);
}

/** A body in and the same out, from 0.1 KB to 1 MB: what it adds, and how long the event loop is held. */
export const bodySizes: Part = ({ rounds, requests }) =>
  withServers(SERVERS, async servers => {
    const sizes = KILOBYTES.map(kilobytes => sizeOf(kilobytes, requests));
    await warmUp(servers, [sizes[1]!.workload]);
    const results = await inSequence(sizes, async size => {
      const cost = await addedCost(servers, size.workload, { rounds, requests: size.requests });
      return { size, ...cost, turns: await longestTurns(servers, size) };
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
          columns: [
            'body',
            'bare µs',
            'added µs',
            'added, cap 1 MiB',
            'bare ms',
            'longest turn ms',
            'of it collection',
            'cap 1 MiB ms',
            'of it collection',
          ],
          rows: results.map(({ size, comparisons, turns: [bare, ...ours] }) => [
            `${size.kilobytes} KB`,
            comparisons[0]!.cpuMicros.toFixed(0),
            comparisons[1]!.addedMicros!.median.toFixed(0),
            comparisons[2]!.addedMicros!.median.toFixed(0),
            bare!.ms.toFixed(1),
            ...ours.flatMap(({ ms, collectionMs }) => [ms.toFixed(1), collectionMs.toFixed(1)]),
          ]),
        },
      ],
      targets: [
        ...failed(results),
        ...results
          .filter(({ size }) => size.kilobytes <= CAP_KILOBYTES)
          .map(({ size, turns }) =>
            atMost(`longest turn with bodies of ${size.kilobytes} KB`, turns[1]!.ms, 5, 'ms', 1),
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
              series: servers.map(({ name }, at) => series(name, ({ turns }) => turns[at]!.ms)),
            },
          ],
        },
      ],
      figures: results.map(({ measurements, turns }) => ({ measurements, turns })),
    };
  });
