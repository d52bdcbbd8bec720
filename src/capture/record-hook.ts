import type { LogRecord } from '../record/log-record';
import { PackedRecord } from '../record/packed-record';
import type { Redactor } from '../redact/redactor';
import type { Reporter } from '../reporter';
import { type Attributes, plainAttributes } from './attributes';
import { runUserCode } from './user-code';

/** The record with the attributes that the application's `onRecord` adds. What else it does to its copy stays there. */
export function withHookAttributes(
  record: PackedRecord,
  onRecord: ((record: LogRecord) => Attributes | void) | undefined,
  redactor: Redactor,
  reporter: Reporter,
): PackedRecord {
  if (!onRecord) return record;
  const added = plainAttributes(runUserCode('onRecord', reporter, onRecord, record.unpack() as LogRecord));
  if (!added) return record;
  const { attributes, ...others } = record.unpack() as LogRecord;
  const redacted = redactor.redactAttributes(added, others._id);
  return PackedRecord.of({ ...others, attributes: { ...attributes, ...redacted } });
}
