import type { AnyRecord } from './log-record';

const DATE_FIELDS = ['at', 'since', 'expireAt'];

/**
 * The record that `JSON.stringify` wrote, its dates as dates.
 *
 * @throws {@link SyntaxError} when the text is not JSON.
 */
export function parseRecord(text: string): AnyRecord {
  const record = JSON.parse(text) as Record<string, unknown>;
  for (const field of DATE_FIELDS) {
    if (record[field] !== undefined) record[field] = new Date(record[field] as string);
  }
  return record as unknown as AnyRecord;
}
