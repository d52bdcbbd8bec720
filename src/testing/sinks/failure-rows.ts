import type { AnyRecord } from '../../record/log-record';
import type { ConformanceRow } from './conformance-row';
import { makeRecords } from './sample-records';
import { SINK_FAULTS, type SinkFault } from './sink-harness';
import { demand, type Ending, nameOf, type SinkTrial } from './sink-trial';

/** Waits that are long enough to pass for "not before somebody has changed something". */
const PAUSE_MS = 10_000;

const FOREVER: readonly SinkFault[] = ['closed-for-good', 'poison-named', 'poison-unnamed'];

/** What a sink answers while its destination cannot store a batch, and that nothing is lost by it. */
export const FAILURE_ROWS: readonly ConformanceRow[] = [
  {
    id: 'T10',
    title: 'whose destination is not there rejects open(), and opens later',
    outcome: 'retry',
    fault: 'unreachable',
    async run(trial) {
      await trial.fault('unreachable');
      const opened = await trial.tryToOpen();
      if (trial.sink.open) demand(isRetry(opened), `open() of an unreachable destination: ${nameOf(opened)}`);
      await trial.repair();
      await openSoon(trial);
      const records = makeRecords(3);
      await trial.mustDeliver(records);
      await trial.mustHold(records);
    },
  },
  retriesAfter('T11', 'unreachable', 'whose destination went away', 'once'),
  retriesAfter('T12', 'lost-before', 'that loses its connection before a batch is taken', 'once'),
  {
    id: 'T13',
    title: 'that loses the answer to a batch does not lose the batch',
    outcome: 'retry',
    fault: 'lost-after',
    async run(trial) {
      const records = makeRecords(3);
      await trial.open();
      await trial.fault('lost-after', records);
      // A destination that recognises a repeated call may have told the sink meanwhile that all is well.
      const ending = await trial.write(records);
      demand(isRetry(ending) || ending.how === 'stored', `a lost answer: ${nameOf(ending)}`);
      await trial.repair();
      if (ending.how !== 'stored') await trial.mustDeliver(records);
      await trial.mustHold(records, 'again');
    },
  },
  {
    id: 'T14',
    title: 'gives up a write that hangs when its signal aborts',
    outcome: 'retry',
    fault: 'hanging',
    async run(trial) {
      const records = makeRecords(3);
      await trial.open();
      await trial.fault('hanging', records);
      const ending = await trial.write(records, trial.harness.deadlineMs);
      demand(isRetry(ending), `a write that hangs: ${nameOf(ending)}`);
      await trial.repair();
      await trial.mustDeliver(records);
      await trial.mustHold(records, 'again');
    },
  },
  {
    id: 'T15',
    title: 'that is answered after the deadline stores nothing more often than its guarantee says',
    outcome: 'retry',
    fault: 'late',
    async run(trial) {
      const [records, others] = [makeRecords(3), makeRecords(3)];
      await trial.open();
      await trial.fault('late', records);
      const ending = await trial.write(records, trial.harness.deadlineMs);
      demand(isRetry(ending), `a write that is answered late: ${nameOf(ending)}`);
      await trial.repair();
      await trial.mustDeliver(records);
      await trial.mustDeliver(others);
      await trial.mustHold(others);
      await trial.mustHold(records, 'again');
    },
  },
  {
    id: 'T16',
    title: 'whose signal has aborted before the write does not say stored of what is not',
    outcome: 'retry',
    async run(trial) {
      const records = makeRecords(3);
      await trial.open();
      const ending = await trial.writeAborted(records);
      demand(isRetry(ending) || ending.how === 'stored', `a write without any time: ${nameOf(ending)}`);
      if (ending.how !== 'stored') await trial.mustDeliver(records);
      await trial.mustHold(records, 'again');
    },
  },
  retriesAfter('T17', 'partial', 'of which some records are refused for now', 'again'),
  {
    ...retriesAfter('T18', 'overloaded', 'whose destination asks for patience', 'once'),
    async run(trial) {
      const { error, records } = await refusal(trial, 'overloaded');
      await trial.mustHold(records);
      const isTold = kindOf(error) === 'overloaded' || (error?.retryAfterMs ?? 0) > 0;
      demand(isTold, 'the SinkError says neither `kind: "overloaded"` nor how long to wait (`retryAfterMs`)');
    },
  },
  retriesAfter('T19', 'full', 'whose destination is full', 'once'),
  retriesAfter('T20', 'unknown', 'that does not know the answer', 'once'),
  {
    id: 'T21',
    title: 'recovers from each fault after the other',
    outcome: 'retry',
    async run(trial) {
      const written: AnyRecord[] = [];
      await trial.open();
      for (const fault of SINK_FAULTS.filter(each => !FOREVER.includes(each))) {
        const records = makeRecords(2);
        await trial.fault(fault, records);
        await trial.write(records, trial.harness.deadlineMs);
        await trial.repair();
        await trial.mustDeliver(records);
        written.push(...records);
      }
      await trial.mustHold(written, 'again');
    },
  },
  pausesAfter('T22', 'credentials', 'whose log-in is refused'),
  pausesAfter('T23', 'configuration', 'with a wrong setting'),
  {
    id: 'T24',
    title: 'names the one record that its destination names, and stores the others',
    outcome: 'poison',
    fault: 'poison-named',
    run: trial => isolates(trial, 'poison-named', 20, [13]),
  },
  {
    id: 'T25',
    title: 'comes to an end with a batch that is poison as a whole',
    outcome: 'poison',
    fault: 'poison-named',
    run: trial => isolates(trial, 'poison-named', 5, [0, 1, 2, 3, 4]),
  },
  {
    id: 'T26',
    title: 'finds the one record for which a batch is refused, or says that it must be split',
    outcome: 'split',
    fault: 'poison-unnamed',
    run: trial => isolates(trial, 'poison-unnamed', 20, [13]),
  },
  {
    id: 'T27',
    title: 'comes to an end with a batch that is refused however it is split',
    outcome: 'split',
    fault: 'poison-unnamed',
    run: trial => isolates(trial, 'poison-unnamed', 5, [0, 1, 2, 3, 4]),
  },
  {
    id: 'T28',
    title: 'whose destination is closed for good says so',
    outcome: 'drop',
    fault: 'closed-for-good',
    async run(trial) {
      await trial.open();
      await trial.fault('closed-for-good');
      const ending = await trial.write(makeRecords(2));
      const isFinal = ending.how === 'refused' && !ending.error.retryable;
      demand(isFinal, `a destination that is closed for good: ${nameOf(ending)}, not \`retryable: false\``);
    },
  },
];

function retriesAfter(id: string, fault: SinkFault, title: string, came: 'once' | 'again'): ConformanceRow {
  return {
    id,
    title: `${title} keeps the batch for later`,
    outcome: 'retry',
    fault,
    async run(trial) {
      const { records } = await refusal(trial, fault);
      await trial.mustHold(records, came);
    },
  };
}

function pausesAfter(id: string, fault: SinkFault, title: string): ConformanceRow {
  return {
    id,
    title: `${title} keeps the batch and asks to be left alone`,
    outcome: 'pause',
    fault,
    async run(trial) {
      const { error, records } = await refusal(trial, fault);
      await trial.mustHold(records);
      const isPause = kindOf(error) === 'configuration' || (error?.retryAfterMs ?? 0) >= PAUSE_MS;
      demand(
        isPause,
        `the SinkError says neither \`kind: "configuration"\` nor \`retryAfterMs\` of ${PAUSE_MS} or more`,
      );
    },
  };
}

/** Writes into a fault, which must keep the batch for later, then repairs it and delivers. */
async function refusal(trial: SinkTrial, fault: SinkFault) {
  const records = makeRecords(4);
  await trial.open();
  await trial.fault(fault, records.slice(1, 3));
  const ending = await trial.write(records);
  demand(isRetry(ending), `a write to a destination that is "${fault}": ${nameOf(ending)}`);
  await trial.repair();
  await trial.mustDeliver(records);
  return { records, error: ending.how === 'refused' ? ending.error : undefined };
}

/** Delivers a batch in which some records are poison: these are rejected, the others stored, and it ends. */
async function isolates(trial: SinkTrial, fault: SinkFault, count: number, places: readonly number[]): Promise<void> {
  const healthy = makeRecords(2);
  const batch = makeRecords(count);
  const poison = batch.filter((_, index) => places.includes(index));
  const good = batch.filter((_, index) => !places.includes(index));
  await trial.open();
  // So that the sink knows a destination that takes records.
  await trial.mustDeliver(healthy);
  await trial.fault(fault, poison);
  const { rejectedIds } = await trial.deliver(batch);
  demand(!good.some(({ _id }) => rejectedIds.includes(_id)), 'a good record was rejected together with poison');
  demand(
    poison.every(({ _id }) => rejectedIds.includes(_id)),
    'a record that its destination will never take was not rejected',
  );
  await trial.mustHold([...healthy, ...good], fault === 'poison-unnamed' ? 'again' : 'once');
  await trial.mustNotHold(poison);
}

async function openSoon(trial: SinkTrial): Promise<void> {
  const giveUpAt = performance.now() + trial.harness.patienceMs;
  let ending = await trial.tryToOpen();
  while (ending.how !== 'stored' && performance.now() < giveUpAt) ending = await trial.tryToOpen();
  demand(ending.how === 'stored', `open() still rejects after the repair: ${nameOf(ending)}`);
}

/** Whether the batch is written again. Any error but a final one means so. */
function isRetry(ending: Ending): boolean {
  if (ending.how !== 'refused') return ending.how === 'failed';
  return ending.error.retryable && ending.error.rejected.length === 0;
}

function kindOf(error: object | undefined): unknown {
  return error && 'kind' in error ? error.kind : undefined;
}
