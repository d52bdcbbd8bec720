import type { SinkFault } from './sink-harness';
import type { SinkTrial } from './sink-trial';

/** What a lane does with the records after such an answer. */
export type SinkOutcome = 'deliver' | 'retry' | 'split' | 'poison' | 'drop' | 'pause' | 'close';

/** One line of the table that every sink has to pass. */
export interface ConformanceRow {
  readonly id: string;
  /** Continues "a sink …". */
  readonly title: string;
  readonly outcome: SinkOutcome;
  /** The fault without which the row means nothing. */
  readonly fault?: SinkFault;
  /** Rejects with what is wrong. */
  run(trial: SinkTrial): Promise<void>;
}
