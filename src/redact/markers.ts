/** What a redacted value is recorded as. */
export const REDACTED = '[REDACTED]';

/** Stands for an array or object that lies deeper than a record may go. */
export const TOO_DEEP = '[TRUNCATED: depth]';

/** Key under which an object tells that members were left out; never an escaped key, so it cannot cover one. */
export const MORE_KEY = '[TRUNCATED]';

/** Stands for a part of a record that was too large for the whole. */
export function tooLargeMarker(bytes: number): string {
  return `[TRUNCATED: ${bytes} bytes]`;
}

/** Tells how many members of an array or object were left out. */
export function moreMarker(count: number): string {
  return `[TRUNCATED: ${count} more]`;
}
