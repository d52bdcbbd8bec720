import type { LogRecord } from '../record/log-record';
import { jsonOf } from '../record/packed-record';
import { parseRecord } from '../record/record-json';
import type { Redactor } from '../redact/redactor';
import type { Reporter } from '../reporter';
import { type Attributes, plainAttributes } from './attributes';
import { runUserCode } from './user-code';

/** The record with the attributes that the application's `onRecord` adds. What else it does to its copy stays there. */
export function withHookAttributes(
  record: LogRecord,
  onRecord: ((record: LogRecord) => Attributes | void) | undefined,
  redactor: Redactor,
  reporter: Reporter,
): LogRecord {
  if (!onRecord) return record;
  const copy = parseRecord(jsonOf(record)) as LogRecord;
  const added = plainAttributes(runUserCode('onRecord', reporter, onRecord, copy));
  if (!added) return record;
  return { ...record, attributes: { ...record.attributes, ...redactor.redactAttributes(added, record._id) } };
}
