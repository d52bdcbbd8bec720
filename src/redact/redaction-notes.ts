import type { JsonValue } from '../record/json-value';
import type { Redaction, RedactionMode } from '../record/log-record';
import { KnownValues } from './known-values';

/** Where a value lies: a chain, so that a path is spelt out only for the few values that are redacted. */
export interface Place {
  readonly parent: Place | null;
  readonly key: string | number;
  /** Its path, once it was spelt out. */
  path?: string | undefined;
}

interface NotesMark {
  readonly count: number;
  readonly listed: number;
  readonly known: number;
  readonly hasUntidyText: boolean;
}

const MAX_LISTED = 64;

/** What the redaction of one exchange did so far. */
export class RedactionNotes {
  readonly redactions: Redaction[] = [];
  /** Texts that we encrypted: cut or cleaned they could not be read again. Nobody else can have written the same. */
  readonly sealedTexts = new Set<string>();
  count = 0;
  /** Some text of a body is too long or may hold half a surrogate pair: it is seen to when all secrets are known. */
  hasUntidyText = false;

  constructor(
    readonly recordId: string,
    readonly known = new KnownValues(),
  ) {}

  /** Notes that a value was redacted. */
  note(parent: Place | null, key: string | number, mode: RedactionMode): void {
    this.count++;
    if (this.redactions.length < MAX_LISTED) this.redactions.push({ path: pathOf(parent, key), mode });
  }

  /** Notes that a text of a body will have to be cut. */
  noteLength(text: string, maxLength: number): void {
    if (text.length > maxLength) this.hasUntidyText = true;
  }

  /** What was noted so far, to go back to it. */
  get mark(): NotesMark {
    const { count, redactions, known, hasUntidyText } = this;
    return { count, listed: redactions.length, known: known.size, hasUntidyText };
  }

  /** As if nothing had been noted since. */
  rewind({ count, listed, known, hasUntidyText }: NotesMark): void {
    this.hasUntidyText = hasUntidyText;
    this.count = count;
    this.redactions.length = listed;
    this.known.keepFirst(known);
  }

  /** Notes it, and keeps what must not be told elsewhere. */
  noteSecret(parent: Place | null, key: string | number, mode: RedactionMode, value: JsonValue | undefined): void {
    this.note(parent, key, mode);
    this.known.remember(value);
  }
}

/** The path as the record lists it. */
export function pathOf(parent: Place | null, key: string | number): string {
  return parent === null ? String(key) : `${pathOfPlace(parent)}.${key}`;
}

function pathOfPlace(place: Place): string {
  return (place.path ??= pathOf(place.parent, place.key));
}
