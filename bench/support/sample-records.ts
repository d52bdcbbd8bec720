import { randomUUID } from 'node:crypto';
import { createLogging, type LogRecord, Logged, memorySink } from 'logged-controllers';
import { controllersOf } from '../apps/apps';
import { listen } from '../apps/listen';
import type { Workload } from '../apps/workloads';
import { ClosedLoad } from '../load/closed-load';

/** The record of a request, as the application that all benches use leaves it behind. */
export async function sampleRecord(workload: Workload): Promise<LogRecord> {
  const controllers = await controllersOf({ name: 'orders' });
  for (const controller of controllers) Logged()(controller);
  const sink = memorySink();
  const logging = createLogging({ service: 'bench', sinks: [sink] });
  const { port, server } = await listen(controllers, [logging.middleware()], false);
  const load = await ClosedLoad.open(port, 1);
  await load.run(workload.next, 1);
  load.close();
  server.close();
  await logging.close();
  return sink.records[0]!;
}

/** Copies that differ in their ids. */
export function copiesOf(record: LogRecord, count: number): LogRecord[] {
  return Array.from({ length: count }, () => ({ ...record, _id: randomUUID() }));
}
