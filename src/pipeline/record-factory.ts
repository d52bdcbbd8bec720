import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import type { ServiceInfo } from '../record/log-record';
import type { PackedRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';
import { type RedactedParts, RecordWriter } from '../record/record-writer';
import type { Reporter } from '../reporter';

/** Makes records of snapshots, in whichever thread it is. */
export class RecordFactory {
  readonly #writer: RecordWriter;

  constructor(
    private readonly redactor: { redact(snapshot: Snapshot): RedactedParts },
    service: ServiceInfo,
    private readonly reporter: Reporter,
  ) {
    this.#writer = new RecordWriter(service);
  }

  /** `undefined`, and reported, when it cannot be made. */
  make(snapshot: Snapshot): PackedRecord | undefined {
    try {
      return this.#writer.write(snapshot, this.redactor.redact(snapshot));
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
