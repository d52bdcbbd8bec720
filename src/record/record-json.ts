import { bodyTextOf } from './body-text';
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

/** The record as `JSON.stringify` writes it; bodies that are JSON text already are taken as they are. */
export function stringifyRecord(record: AnyRecord): string {
  if (record.kind !== 'request') return JSON.stringify(record);
  const { request, response } = record;
  if (bodyTextOf(request) === undefined && bodyTextOf(response) === undefined) return JSON.stringify(record);
  return stringifyMembers(record, { request: stringifyPart(request), response: stringifyPart(response) });
}

function stringifyPart(part: object): string {
  const text = bodyTextOf(part);
  return text === undefined ? JSON.stringify(part) : stringifyMembers(part, { body: text });
}

/** @param written members that are JSON already */
function stringifyMembers(object: object, written: Readonly<Record<string, string>>): string {
  let json = '';
  for (const key in object) {
    const member = written[key] ?? JSON.stringify((object as Record<string, unknown>)[key]);
    if (member !== undefined) json += `${json === '' ? '{' : ','}"${key}":${member}`;
  }
  return `${json}}`;
}
