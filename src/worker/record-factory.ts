import { LoggingError } from '../errors';
import { quietCause } from '../quiet-cause';
import { buildRecord, type RedactedParts } from '../record/build-record';
import type { LogRecord, ServiceInfo } from '../record/log-record';
import { packRecord } from '../record/packed-record';
import type { Snapshot } from '../record/snapshot';
import type { Reporter } from '../reporter';

/** Makes records of snapshots, in whichever thread it is. */
export class RecordFactory {
  constructor(
    private readonly redactor: { redact(snapshot: Snapshot): RedactedParts },
    private readonly service: ServiceInfo,
    private readonly reporter: Reporter,
  ) {}

  /** `undefined`, and reported, when it cannot be made. */
  make(snapshot: Snapshot): LogRecord | undefined {
    try {
      const parts = this.redactor.redact(snapshot);
      return packRecord(buildRecord(snapshot, parts, this.service), parts.bodies);
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
