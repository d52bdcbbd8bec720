import { LoggingError } from '../../errors';
import type { ConformanceRow, SinkOutcome } from './conformance-row';
import { DELIVERY_ROWS } from './delivery-rows';
import { FAILURE_ROWS } from './failure-rows';
import { MANNERS_ROWS } from './manners-rows';
import { checkHarness, type SinkHarness, type SinkTarget } from './sink-harness';
import { SinkTrial } from './sink-trial';

/** One case of the table. */
export interface SinkCase {
  /** `T01` and so on; a number keeps its meaning. */
  readonly id: string;
  /** Continues "a sink …". */
  readonly title: string;
  /** Id, outcome and title, and the reason where the case does not apply. */
  readonly name: string;
  /** What a lane does with the records. */
  readonly outcome: SinkOutcome;
  /** Why the case does not apply to this sink; its `run` does nothing then. */
  readonly notApplicable?: string;
  /**
   * Tests a sink of its own, and frees it.
   *
   * @throws {@link LoggingError} `SINK_NOT_CONFORMANT`, saying which case failed and why.
   */
  run(): Promise<void>;
}

const ROWS: readonly ConformanceRow[] = [...DELIVERY_ROWS, ...FAILURE_ROWS, ...MANNERS_ROWS];

/**
 * The table of cases that every sink has to pass, for any test runner. What can go wrong is produced by the harness; a
 * fault that the destination cannot have is declared with the reason, and none may be left out.
 *
 * @throws {@link LoggingError} `OPTION_INVALID` or `OPTION_UNKNOWN` for a harness that is not complete.
 * @example
 * for (const { name, run } of sinkConformance(harness)) it(name, run);
 */
export function sinkConformance<Target extends SinkTarget>(harness: SinkHarness<Target>): readonly SinkCase[] {
  const checked = checkHarness(harness);
  return ROWS.map(row => {
    const entry = row.fault === undefined ? undefined : checked.faults[row.fault];
    const told = `${row.id} [${row.outcome}] a sink ${row.title}`;
    const { id, title, outcome } = row;
    if (typeof entry === 'string') {
      return {
        id,
        title,
        outcome,
        notApplicable: entry,
        name: `${told} (not applicable: ${entry})`,
        run: async () => {},
      };
    }
    return { id, title, outcome, name: told, run: () => runRow(row, told, checked) };
  });
}

async function runRow<Target extends SinkTarget>(
  row: ConformanceRow,
  told: string,
  harness: Required<SinkHarness<Target>>,
): Promise<void> {
  const trial = new SinkTrial(await harness.start(), harness);
  try {
    await row.run(trial as unknown as SinkTrial);
  } catch (cause) {
    if (!(cause instanceof LoggingError) || cause.code !== 'SINK_NOT_CONFORMANT') throw cause;
    throw new LoggingError('SINK_NOT_CONFORMANT', `${told}: ${cause.message}.`);
  } finally {
    await trial.finish();
  }
}
