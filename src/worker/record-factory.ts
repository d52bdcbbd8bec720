import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import type { ServiceInfo } from '../record/log-record';
import type { PackedRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';
import { type RedactedParts, writeRecord } from '../record/write-record';
import type { Reporter } from '../reporter';

/** Makes records of snapshots, in whichever thread it is. */
export class RecordFactory {
  /** As JSON. */
  readonly #service: string;

  constructor(
    private readonly redactor: { redact(snapshot: Snapshot): RedactedParts },
    service: ServiceInfo,
    private readonly reporter: Reporter,
  ) {
    this.#service = JSON.stringify(service);
  }

  /** `undefined`, and reported, when it cannot be made. */
  make(snapshot: Snapshot): PackedRecord | undefined {
    try {
      return writeRecord(snapshot, this.redactor.redact(snapshot), this.#service);
    } catch (cause) {
      this.reporter.reportOnce(
        'record',
        new LoggingError('CAPTURE_FAILED', 'A record could not be made and is counted as failed. See error.cause.', {
          cause: quietCause(cause),
        }),
      );
      return undefined;
    }
  }
}
