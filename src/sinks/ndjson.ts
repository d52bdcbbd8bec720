import type { AnyRecord } from '../record/log-record';
import { PackedRecord } from '../record/packed-record';

// `JSON.stringify` leaves these as they are, yet some readers end a line at them (U+0085, U+2028, U+2029) and terminals
// obey them (U+009B starts an escape sequence). They can only stand inside strings, where `\u0085` means the same.
const LEFT_RAW_BY_JSON = /[\u007f-\u009f\u2028\u2029]/g;

function escapeCharacter(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** All but one of these are no ASCII, and to count bytes costs next to nothing. */
function mayHoldSeparators(json: string): boolean {
  return Buffer.byteLength(json) > json.length || json.includes('\u007f');
}

/**
 * A record as one line of NDJSON, its line feed included. Dates become ISO text, and nothing in the line but that line
 * feed is a control character or a line separator.
 *
 * @throws {@link TypeError} when the record cannot be written as JSON.
 */
export function toNdjsonLine(record: AnyRecord | PackedRecord): string {
  const json = record instanceof PackedRecord ? record.json : JSON.stringify(record);
  return `${mayHoldSeparators(json) ? json.replace(LEFT_RAW_BY_JSON, escapeCharacter) : json}\n`;
}
