import type { Clock } from '../../src/delivery/clock';
import { openSpool } from '../../src/delivery/spool/open-spool';
import type { Processes } from '../../src/delivery/spool/owners';
import type { RecordSpool, SpoolDamage, SpooledRecord } from '../../src/delivery/spool/record-spool';
import type { SpoolFiles } from '../../src/delivery/spool/spool-files';
import type { RefusedRecord, SpoolState } from '../../src/delivery/spool/spool-hooks';
import { resolveSpoolOptions, type SpoolOptions } from '../../src/delivery/spool/spool-options';
import { ManualClock } from './manual-clock';
import { numbersOf } from './numbered-records';

interface TestSpoolSettings extends SpoolOptions {
  readonly sinkName?: string;
  readonly clock?: Clock;
  readonly files?: SpoolFiles;
  readonly processes?: Processes;
}

/** What a spool told, in order. */
export class SpoolNotes {
  recovered = 0;
  readonly damage: SpoolDamage[] = [];
  readonly refused: RefusedRecord[] = [];
  readonly states: SpoolState[] = [];

  get lost(): number {
    return this.damage.reduce((sum, { records }) => sum + records, 0);
  }
}

export interface TestSpool {
  readonly spool: RecordSpool;
  readonly notes: SpoolNotes;
}

/** Opens a spool and notes what it tells. */
export async function testSpool(settings: TestSpoolSettings): Promise<TestSpool> {
  const { sinkName = 'test', clock = new ManualClock(), files, processes, ...options } = settings;
  const notes = new SpoolNotes();
  const spool = await openSpool(resolveSpoolOptions(options), {
    sinkName,
    clock,
    ...(files && { files }),
    ...(processes && { processes }),
    hooks: {
      onRecovered: records => void (notes.recovered += records),
      onDamage: damage => void notes.damage.push(damage),
      onRefused: refused => void notes.refused.push(...refused),
      onState: state => void notes.states.push(state),
    },
  });
  return { spool, notes };
}

/** Reads all that is behind the cursor, in batches. */
export async function readAll(spool: RecordSpool, maxRecords = 100): Promise<SpooledRecord[]> {
  const all: SpooledRecord[] = [];
  for (;;) {
    const batch = await spool.read({ maxRecords, maxBytes: 1024 ** 2 });
    if (batch.length === 0) return all;
    all.push(...batch);
  }
}

/** The numbers of all that is behind the cursor. */
export async function readNumbers(spool: RecordSpool): Promise<number[]> {
  return numbersOf((await readAll(spool)).map(({ record }) => record));
}
