import type { Snapshot } from '../record/snapshot';
import type { Exchange } from './exchange';

/** What became of the exchanges that came in. */
export interface ExchangeCounts {
  /** Requests that the middleware took up. */
  seen: number;
  /** Exchanges that became records. */
  recorded: number;
  /** Exchanges left out by `@Logged(false)`, sampling, `when` or `unmatched`. */
  notSelected: number;
  /** Records lost before they reached any sink. */
  readonly dropped: {
    /** Exchanges closed faster than records could be made. */
    overloaded: number;
    /** Left out because the event loop was late; `sampleWeight` of those recorded makes up for them. */
    shed: number;
    /** Making the record failed; see `onError`. */
    failed: number;
    /** Still open, or not yet a record, at the time of `close()` or of the end of the process. */
    closed: number;
  };
}

export function noExchanges(): ExchangeCounts {
  return { seen: 0, recorded: 0, notSelected: 0, dropped: { overloaded: 0, shed: 0, failed: 0, closed: 0 } };
}

/** Where snapshots go to become records. */
export interface SnapshotTarget {
  /** Takes a snapshot of this exchange. Never waits. */
  take(snapshot: Snapshot, exchange: Exchange): void;
}
