import { POST_ORDER } from '../apps/workloads';
import { inSequence } from '../support/in-sequence';
import { warmUp, withServers } from '../support/interleaved';
import { addedCost } from './added-cost';
import { failed, type Part } from './part';

const CONNECTIONS: readonly number[] = [1, 4, 16, 64, 256];
const APP = { name: 'orders' } as const;

/** As many requests at once as there are connections. */
export const concurrency: Part = ({ rounds, requests }) =>
  withServers(
    [
      { variant: 'bare', app: APP },
      { variant: 'file sink', app: APP },
    ],
    async servers => {
      await warmUp(servers, [POST_ORDER]);
      const results = await inSequence(CONNECTIONS, async connections => {
        for (const server of servers) await server.connect(connections);
        const cost = await addedCost(servers, POST_ORDER, { rounds, requests: Math.max(requests, 2 * connections) });
        return { connections, ...cost };
      });
      return {
        tables: [
          {
            caption: 'Requests at once: POST /orders',
            columns: ['connections', 'bare µs', 'added µs', 'quartiles', 'loop delay p99 ms', 'of bare'],
            rows: results.map(({ connections, comparisons: [bare, ours] }) => [
              String(connections),
              bare!.cpuMicros.toFixed(0),
              ours!.addedMicros!.median.toFixed(0),
              `${ours!.addedMicros!.lowerQuartile.toFixed(0)} … ${ours!.addedMicros!.upperQuartile.toFixed(0)}`,
              ours!.loopDelayP99Ms.toFixed(1),
              `${(ours!.relativeThroughput!.median * 100).toFixed(0)} %`,
            ]),
          },
        ],
        targets: failed(results),
        plots: [],
        figures: results,
      };
    },
  );
