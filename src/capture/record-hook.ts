import type { LogRecord } from '../record/log-record';
import type { Redactor } from '../redact/redactor';
import type { Reporter } from '../reporter';
import { type Attributes, plainAttributes } from './attributes';
import { runUserCode } from './user-code';

/** The record with the attributes that the application's `onRecord` adds. */
export function withHookAttributes(
  record: LogRecord,
  onRecord: ((record: LogRecord) => Attributes | void) | undefined,
  redactor: Redactor,
  reporter: Reporter,
): LogRecord {
  if (!onRecord) return record;
  const added = plainAttributes(runUserCode('onRecord', reporter, onRecord, record));
  if (!added) return record;
  return { ...record, attributes: { ...record.attributes, ...redactor.redactAttributes(added, record._id) } };
}
