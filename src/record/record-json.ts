import type { LogRecord } from './log-record';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/**
 * The record that `JSON.stringify` wrote, its dates as dates.
 *
 * @throws {@link SyntaxError} when the text is not JSON.
 */
export function parseRecord(text: string): LogRecord {
  const record = JSON.parse(text) as Writable<LogRecord>;
  record.at = new Date(record.at);
  if (record.expireAt !== undefined) record.expireAt = new Date(record.expireAt);
  return record;
}
