import { isDeepStrictEqual } from 'node:util';
import type { ConformanceRow } from './conformance-row';
import { LeftBehind } from './left-behind';
import { RejectionWatch } from './rejection-watch';
import { CANARY, makeLossRecord, makeRecord, makeRecords } from './sample-records';
import { SINK_FAULTS } from './sink-harness';
import { demand, nameOf, quotedBy, type SinkTrial } from './sink-trial';

/** How a sink begins and ends, and what it never does to its surroundings. */
export const MANNERS_ROWS: readonly ConformanceRow[] = [
  {
    id: 'T29',
    title: 'that is closed while it writes settles both, and tells the truth about the write',
    outcome: 'close',
    async run(trial) {
      const records = makeRecords(20);
      await trial.open();
      const [write, close] = await Promise.all([trial.write(records), trial.close()]);
      demand(close.how === 'stored', `close() during a write: ${nameOf(close)}`);
      if (write.how === 'stored') await trial.mustHold(records);
    },
  },
  {
    id: 'T30',
    title: 'can be closed twice, and without having been opened',
    outcome: 'close',
    async run(trial) {
      for (let call = 1; call <= 2; call += 1) {
        const ending = await trial.close();
        demand(ending.how === 'stored', `close(), call ${call}: ${nameOf(ending)}`);
      }
    },
  },
  {
    id: 'T31',
    title: 'can be opened twice',
    outcome: 'deliver',
    async run(trial) {
      const records = makeRecords(3);
      await trial.open();
      await trial.open();
      await trial.mustDeliver(records);
      await trial.mustHold(records);
    },
  },
  {
    id: 'T32',
    title: 'that is closed does not say stored of what is not',
    outcome: 'close',
    async run(trial) {
      const records = makeRecords(3);
      await trial.open();
      await trial.close();
      const ending = await trial.write(records);
      if (ending.how === 'stored') await trial.mustHold(records);
    },
  },
  {
    id: 'T33',
    title: 'has a name, and keeps it',
    outcome: 'deliver',
    async run(trial) {
      const { name } = trial.sink;
      demand(typeof name === 'string' && name.trim() !== '', 'the sink has no name');
      await trial.open();
      await trial.deliver(makeRecords(1));
      await trial.close();
      demand(trial.sink.name === name, 'the name of the sink has changed');
    },
  },
  {
    id: 'T34',
    title: 'that is closed leaves no timer behind, and nothing that keeps the process alive',
    outcome: 'close',
    async run(trial) {
      const left = new LeftBehind();
      left.start();
      await trial.open();
      await trial.deliver(makeRecords(3));
      await trial.finish();
      const found = await left.find(trial.harness.patienceMs);
      demand(found.length === 0, `left behind after close(): ${found.join(', ')}`);
    },
  },
  {
    id: 'T35',
    title: 'changes neither the records nor the batch',
    outcome: 'deliver',
    async run(trial) {
      const batch = [...makeRecords(3), makeRecord({ list: [{ deep: 1 }] })];
      const before = structuredClone(batch);
      const members = [...batch];
      await trial.open();
      await throughEveryFault(trial, async () => void (await trial.write(batch, trial.harness.deadlineMs)));
      await trial.write(batch);
      demand(
        batch.length === members.length && members.every((member, index) => batch[index] === member),
        'the batch that was given was changed',
      );
      demand(isDeepStrictEqual(batch, before), 'a record that was given was changed');
    },
  },
  {
    id: 'T36',
    title: 'quotes nothing of a record and no credentials in what it says of a failure',
    outcome: 'retry',
    async run(trial) {
      await trial.tryToOpen();
      await throughEveryFault(trial, async records => {
        await trial.tryToOpen();
        await trial.write(records, trial.harness.deadlineMs);
      });
      await trial.close();
      await trial.write(makeRecords(1));
      // Not what was quoted, which would quote it again.
      demand(quotedBy(trial.told, [CANARY]) === undefined, 'an error or a report quotes a record');
      const { secrets = [] } = trial.target;
      demand(
        quotedBy([trial.told, trial.sink], secrets) === undefined,
        'an error, a report or the sink shows a secret',
      );
    },
  },
  {
    id: 'T37',
    title: 'leaves no rejection unhandled',
    outcome: 'retry',
    async run(trial) {
      const rejections = new RejectionWatch();
      rejections.start();
      try {
        await trial.tryToOpen();
        await throughEveryFault(trial, async records => void (await trial.write(records, trial.harness.deadlineMs)));
        await trial.writeAborted(makeRecords(1));
        await Promise.all([trial.write(makeRecords(1)), trial.close()]);
        await trial.repair();
      } finally {
        const count = await rejections.stop();
        demand(count === 0, `${count} promises of the sink rejected with nobody to handle it`);
      }
    },
  },
  {
    id: 'T38',
    title: 'stores a record about a loss',
    outcome: 'deliver',
    async run(trial) {
      const losses = [makeLossRecord()];
      await trial.open();
      await trial.mustDeliver(losses);
      await trial.mustHold(losses);
    },
  },
];

/** Has something done while each fault lasts, those that cannot be repaired at the end. */
async function throughEveryFault(
  trial: SinkTrial,
  work: (records: ReturnType<typeof makeRecords>) => Promise<void>,
): Promise<void> {
  for (const fault of SINK_FAULTS) {
    const records = makeRecords(2);
    await trial.fault(fault, records.slice(0, 1));
    await work(records);
    await trial.repair();
  }
}
