/**
 * Leaks that the proof has found and that are open: it keeps out of their way. Whoever closes one deletes it here, and
 * the proof then holds it closed.
 */
export const KNOWN_GAPS = {
  /** `target` and `value` of class-validator's errors below a sensitive property or inside a class marked as a whole. */
  refusedInputBelowMarks: true,
  /** Not a leak: a sub type without any decorator is redacted as a whole where another one is marked as a whole. */
  bareSubTypes: true,
  /** Not a leak: a mark on a whole `@Body()` holds even when redaction is switched off for a check. */
  marksThatCannotBeSwitchedOff: true,
  /** Not a leak: texts beyond `maxStringLength` count in characters, so that a record may exceed its bytes fourfold. */
  bytesOfLongTexts: true,
} as const;
