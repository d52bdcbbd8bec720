import type { LogRecord } from 'logged-controllers';

/** A process with records in hand, and how it ends. */
export interface EndingCase {
  readonly name: string;
  readonly sink: 'file' | 'slow' | 'down';
  readonly records: number;
  readonly maxBatchRecords: number;
  /** Of `close()` on SIGTERM; `null` for `process.exit()`. */
  readonly deadlineMs: number | null;
  readonly directory: string;
  readonly sample: LogRecord;
}

/** What became of its records. */
export interface EndingReport {
  readonly delivered: number;
  readonly spooled: number;
  readonly lost: number;
  readonly tookMs: number;
}
