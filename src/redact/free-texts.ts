import { type IsSensitiveName, redactQuotedPairs, redactUrls, removeQuotedInput } from './clean-text';
import type { Detectors } from './detectors/detectors';
import type { NameRules } from './name-rules';
import type { Place, RedactionNotes } from './redaction-notes';
import type { ReadText } from './text-codes';
import { type Sign, TextSigns } from './text-signs';

// Of URLs, of JSON, of the messages that quote input.
const OUR_SIGN: Sign = { signs: ['://', '=', '":', '" :', ' JSON', 'Given'] };

/** Redacts texts that no class declares, by their content. */
export class FreeTexts {
  readonly #names: NameRules;
  readonly #detectors: Detectors;
  readonly #signs: TextSigns;

  constructor(names: NameRules, detectors: Detectors) {
    this.#names = names;
    this.#detectors = detectors;
    this.#signs = new TextSigns([OUR_SIGN, ...detectors.active]);
  }

  /** Whether `clean` may change the text; costs little. */
  isSuspicious(text: string): boolean {
    return !this.#names.isDisabled && this.#signs.in(text) !== 0;
  }

  /** The same of a part of a text that is read already. */
  isSuspiciousPart(text: ReadText, from: number, to: number): boolean {
    return !this.#names.isDisabled && this.#signs.inPart(text, from, to) !== 0;
  }

  /** The text without URLs' secrets, quoted input and what the detectors find; all of it is noted. */
  clean(
    text: string,
    notes: RedactionNotes,
    parent: Place | null,
    key: string | number,
    isSensitive: IsSensitiveName = name => this.#names.isSensitive(name),
  ): string {
    const signs = this.#names.isDisabled ? 0 : this.#signs.in(text);
    if (signs === 0) return text;
    const cleaned = (signs & 1) === 0 ? text : this.#withoutInput(text, notes, isSensitive);
    if (cleaned !== text) notes.note(parent, key, 'redact');
    return this.#detectors.clean(cleaned, signs >> 1, notes, parent, key);
  }

  isCard(value: number): boolean {
    return !this.#names.isDisabled && this.#detectors.isCard(value);
  }

  #withoutInput(text: string, { known }: RedactionNotes, isSensitive: IsSensitiveName): string {
    const cleaned = redactUrls(removeQuotedInput(text, isSensitive), isSensitive, known);
    const hasPairs = cleaned.includes('":') || cleaned.includes('" :');
    return hasPairs ? redactQuotedPairs(cleaned, isSensitive, known) : cleaned;
  }
}
