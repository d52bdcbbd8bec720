import type { ConformanceRow } from './conformance-row';
import { HOSTILE_KEYS, HOSTILE_TEXTS, makeRecord, makeRecords } from './sample-records';
import { demand, nameOf, type SinkTrial } from './sink-trial';

const LARGE_BODY_CHARS = 1_000_000;

/** What a sink stores while nothing is wrong. */
export const DELIVERY_ROWS: readonly ConformanceRow[] = [
  {
    id: 'T01',
    title: 'stores one record as it was given',
    outcome: 'deliver',
    run: trial => stores(trial, 1),
  },
  {
    id: 'T02',
    title: 'stores each of 250 records once',
    outcome: 'deliver',
    run: trial => stores(trial, 250),
  },
  {
    id: 'T03',
    title: 'takes an empty batch for written',
    outcome: 'deliver',
    async run(trial) {
      await trial.open();
      const ending = await trial.write([]);
      demand(ending.how === 'stored', `an empty batch was not taken: ${nameOf(ending)}`);
      demand((await trial.countStored()) === 0, 'an empty batch left something behind');
    },
  },
  {
    id: 'T04',
    title: 'stores a record of 1 MB whole, or rejects it by its index',
    outcome: 'deliver',
    async run(trial) {
      const large = makeRecord('x'.repeat(LARGE_BODY_CHARS));
      const [before, after] = [makeRecord(), makeRecord()];
      await trial.open();
      const { rejectedIds } = await trial.deliver([before, large, after]);
      await trial.mustHold([before, large, after].filter(({ _id }) => !rejectedIds.includes(_id)));
      demand(
        rejectedIds.every(id => id === large._id),
        'a large record took others with it',
      );
    },
  },
  {
    id: 'T05',
    title: 'stores hostile texts as they are',
    outcome: 'deliver',
    async run(trial) {
      const records = HOSTILE_TEXTS.map(text => makeRecord({ text }));
      await trial.open();
      await trial.mustDeliver(records);
      await trial.mustHold(records);
    },
  },
  {
    id: 'T06',
    title: 'stores hostile keys, or rejects the record by its index',
    outcome: 'deliver',
    async run(trial) {
      const hostile = makeRecord(HOSTILE_KEYS);
      const neighbours = makeRecords(2);
      await trial.open();
      const { rejectedIds } = await trial.deliver([neighbours[0]!, hostile, neighbours[1]!]);
      demand(
        rejectedIds.every(id => id === hostile._id),
        'a record with hostile keys took others with it',
      );
      demand(!('polluted' in {}), 'a record changed the prototype of every object');
      await trial.mustHold(neighbours);
    },
  },
  {
    id: 'T07',
    title: 'stores a batch that comes again as often as its guarantee says',
    outcome: 'deliver',
    async run(trial) {
      const records = makeRecords(5);
      await trial.open();
      await trial.mustDeliver(records);
      await trial.mustDeliver(records);
      await trial.mustHold(records, 'again');
    },
  },
  {
    id: 'T08',
    title: 'stores new records that come together with stored ones',
    outcome: 'deliver',
    async run(trial) {
      const [old, fresh] = [makeRecords(3), makeRecords(3)];
      await trial.open();
      await trial.mustDeliver(old);
      await trial.mustDeliver([...old, ...fresh]);
      await trial.mustHold(fresh);
    },
  },
  {
    id: 'T09',
    title: 'waits for a destination that is slow',
    outcome: 'deliver',
    fault: 'slow',
    async run(trial) {
      const records = makeRecords(3);
      await trial.open();
      await trial.fault('slow', records);
      const ending = await trial.write(records);
      demand(ending.how === 'stored', `a slow write was not taken: ${nameOf(ending)}`);
      await trial.mustHold(records);
    },
  },
];

async function stores(trial: SinkTrial, count: number): Promise<void> {
  const records = makeRecords(count);
  await trial.open();
  const ending = await trial.write(records);
  demand(ending.how === 'stored' && ending.rejected.length === 0, `good records were not taken: ${nameOf(ending)}`);
  await trial.mustHold(records);
}
