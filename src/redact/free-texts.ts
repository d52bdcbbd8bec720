import { type IsSensitiveName, redactQuotedPairs, redactUrls, removeQuotedInput } from './clean-text';
import type { Detectors } from './detectors/detectors';
import type { NameRules } from './name-rules';
import type { Place, RedactionNotes } from './redaction-notes';
import { TextSigns } from './text-signs';

// Of URLs, of JSON, of the messages that quote input.
const SIGNS = ['://', '=', '":', '" :', 'd J', 'Giv'];

/** Redacts texts that no class tells of: by what stands in them. */
export class FreeTexts {
  readonly #names: NameRules;
  readonly #detectors: Detectors;
  readonly #signs: TextSigns;

  constructor(names: NameRules, detectors: Detectors) {
    this.#names = names;
    this.#detectors = detectors;
    this.#signs = new TextSigns([...SIGNS, ...detectors.signs]);
  }

  /** Whether `clean` may change the text; costs little. */
  isSuspicious(text: string): boolean {
    return !this.#names.isDisabled && this.#signs.mayHoldAny(text);
  }

  /** The text without URLs' secrets, quoted input and what the detectors find; all of it is noted. */
  clean(
    text: string,
    notes: RedactionNotes,
    parent: Place | null,
    key: string | number,
    isSensitive: IsSensitiveName = name => this.#names.isSensitive(name),
  ): string {
    if (!this.isSuspicious(text)) return text;
    let cleaned = removeQuotedInput(text, isSensitive);
    cleaned = redactUrls(cleaned, isSensitive, notes.known);
    if (cleaned.includes('":') || cleaned.includes('" :'))
      cleaned = redactQuotedPairs(cleaned, isSensitive, notes.known);
    if (cleaned !== text) notes.note(parent, key, 'redact');
    return this.#detectors.clean(cleaned, notes, parent, key);
  }

  isCard(value: number): boolean {
    return !this.#names.isDisabled && this.#detectors.isCard(value);
  }
}
