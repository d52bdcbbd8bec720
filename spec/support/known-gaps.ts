/**
 * What the proof has found and what is open: it keeps out of the way of these. Whoever closes one deletes it here, and the
 * proof then holds it closed.
 */
export const KNOWN_GAPS = {
  /** A sub type without any decorator is redacted as a whole where another one is marked as a whole. */
  bareSubTypes: true,
  /** A mark on a whole `@Body()` holds even when redaction is switched off for a check. */
  marksThatCannotBeSwitchedOff: true,
  /** Of a sensitive property that holds JSON as a text, the text is a known value, but not what is inside. */
  valuesInSensitiveJsonTexts: true,
} as const;
