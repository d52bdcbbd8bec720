import type { JsonValue } from '../record/json-value';
import { estimateBytes } from '../record/record-bytes';
import { REDACTED } from './markers';
import type { Marks } from './marks';
import { type ActiveMark, REDACT } from './plan';
import type { Place, RedactionNotes } from './redaction-notes';
import type { ValueLimits } from './value-limits';

interface MarkRules {
  readonly marks: Marks;
  readonly limits: ValueLimits;
  readonly maxRecordBytes: number;
}

/** Redacts the sensitive values of one tree, and remembers them as secrets of the exchange. */
export class MarkedValues {
  readonly #rules: MarkRules;
  readonly #notes: RedactionNotes;
  readonly #redactOnly: boolean;
  /** Of what modes may put into the place of sensitive values. */
  #bytesLeft: number;

  /** @param redactOnly Keeps no part, hash or rendering of a sensitive value. */
  constructor(rules: MarkRules, notes: RedactionNotes, redactOnly: boolean) {
    this.#rules = rules;
    this.#notes = notes;
    this.#redactOnly = redactOnly;
    // Half, so that the tree itself still has its place.
    this.#bytesLeft = rules.maxRecordBytes / 2;
  }

  /** What is recorded instead of the value; `undefined` when it is left out. */
  redact(
    mark: ActiveMark,
    value: JsonValue,
    parent: Place | null,
    key: string | number,
    depth: number,
  ): JsonValue | undefined {
    const applied = this.#redactOnly && mark.mode !== 'remove' ? REDACT : mark;
    this.#notes.noteSecret(parent, key, applied.mode, value);
    const redacted = this.#rules.marks.apply(applied, value, this.#notes, parent, key, depth);
    // A function may make much of little.
    if (redacted !== REDACTED && redacted !== undefined) this.#bytesLeft -= estimateBytes(redacted);
    if (this.#bytesLeft < 0) return REDACTED;
    if (typeof redacted === 'string') this.#notes.noteLength(redacted, this.#rules.limits.maxStringLength);
    return redacted;
  }
}
