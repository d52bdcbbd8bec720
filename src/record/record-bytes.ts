const DATE_BYTES = 26;
const NUMBER_BYTES = 4;
const LITERAL_BYTES = 5;
// Below this, asking for the encoded length costs more than it can be wrong by.
const SHORT_TEXT = 24;
const NO_TEXTS: ReadonlySet<string> = new Set();

/**
 * Roughly the length of plain data as JSON in UTF-8, without making that JSON: what `maxRecordBytes` bounds. Text that JSON
 * escapes counts unescaped; texts count up to `maxTextLength`, except for those that are never cut. No recursion, so depth does
 * not matter.
 */
export function estimateBytes(
  data: unknown,
  maxTextLength = Infinity,
  uncutTexts: ReadonlySet<string> = NO_TEXTS,
): number {
  const pending: object[] = [];
  const ownBytes = (value: unknown) => bytesOf(value, pending, maxTextLength, uncutTexts);
  let bytes = ownBytes(data);
  for (let value = pending.pop(); value; value = pending.pop()) {
    if (value instanceof Date) {
      bytes += DATE_BYTES;
    } else if (Array.isArray(value)) {
      bytes += 2 + value.length;
      for (const item of value) bytes += ownBytes(item);
    } else {
      bytes += 2;
      for (const key in value) {
        // Quotes, colon and comma.
        bytes += 4 + key.length + ownBytes((value as Record<string, unknown>)[key]);
      }
    }
  }
  return bytes;
}

/** The length of a plain value; an object is left to `pending` and counts there. */
function bytesOf(value: unknown, pending: object[], maxTextLength: number, uncutTexts: ReadonlySet<string>): number {
  if (typeof value === 'string') {
    if (value.length < SHORT_TEXT) return 2 + value.length;
    const isCut = value.length > maxTextLength && !uncutTexts.has(value);
    return 2 + Buffer.byteLength(isCut ? value.slice(0, maxTextLength) : value);
  }
  if (typeof value === 'number') return NUMBER_BYTES;
  if (typeof value === 'object' && value !== null) {
    pending.push(value);
    return 0;
  }
  return LITERAL_BYTES;
}
