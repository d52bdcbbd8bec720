import type { KnownValues } from './known-values';
import type { Spans } from './value-search';

/** A body as JSON text, redacted by its own rules: what others teach is still to be removed. */
export class RedactedText {
  readonly #source: string;
  readonly #kept: Spans;
  readonly #others: readonly string[];

  /**
   * @param json what is recorded
   * @param source what it was made of
   * @param kept texts of the source that stand in it as they were
   * @param others all other texts in it
   */
  constructor(
    readonly json: string,
    source: string,
    kept: Spans,
    others: readonly string[],
  ) {
    this.#source = source;
    this.#kept = kept;
    this.#others = others;
  }

  /** Whether one of the values would be removed from it. */
  holdsAny(values: KnownValues): boolean {
    if (values.isEmpty) return false;
    return values.areInParts(this.#source, this.#kept) || this.#others.some(text => values.removeFrom(text) !== text);
  }
}
