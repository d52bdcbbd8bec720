import { createHmac } from 'node:crypto';
import type { JsonValue } from '../record/json-value';
import { encryptValue } from './encrypted-value';
import { REDACTED, moreMarker } from './markers';
import type { ActiveMark } from './plan';
import type { ResolvedRedactOptions } from './redact-options';
import type { HashKey, ResolvedEncryptionKey } from './redaction-keys';
import { type Place, type RedactionNotes, pathOf } from './redaction-notes';
import { kindOfError, type ReportOnce } from './report-once';
import { toJsonValue } from './to-json-value';
import type { ValueLimits } from './value-limits';

type Mask = Extract<ActiveMark, { readonly mode: 'mask' }>;

const MAX_MASKED_ELEMENTS = 1_000;
const MAX_DOMAIN_LENGTH = 253;
const DOMAIN = /^[a-z\d-]+(?:\.[a-z\d-]+)+$/i;

type MarkOptions = Pick<ResolvedRedactOptions, 'hashKey' | 'oldHashKeys' | 'encryptionKey' | 'limits'>;

/** Carries out the modes of `@Sensitive`. */
export class Marks {
  readonly #hashKey: HashKey | null;
  readonly #oldHashKeys: readonly HashKey[];
  readonly #encryptionKey: ResolvedEncryptionKey | null;
  readonly #limits: ValueLimits;
  readonly #reports: ReportOnce;

  constructor(options: MarkOptions, reports: ReportOnce) {
    this.#hashKey = options.hashKey;
    this.#oldHashKeys = options.oldHashKeys;
    this.#encryptionKey = options.encryptionKey;
    this.#limits = options.limits;
    this.#reports = reports;
  }

  /** What is recorded instead of the value at this place; `undefined` when the property is left out. */
  apply(
    mark: ActiveMark,
    value: JsonValue,
    notes: RedactionNotes,
    parent: Place | null,
    key: string | number,
    depth = 0,
  ): JsonValue | undefined {
    switch (mark.mode) {
      case 'redact':
        return REDACTED;
      case 'remove':
        return undefined;
      case 'mask':
        return maskValue(value, mark);
      case 'hash':
        return this.#hash(value);
      case 'encrypt':
        return this.#encrypt(value, notes, parent, key);
      case 'custom':
        return this.#callCustom(mark.redact, value, depth);
    }
  }

  /** Every hash that a record may hold for this value, the current key's first. */
  hashesOf(value: JsonValue): string[] {
    const text = value === null ? undefined : hashedText(value);
    if (text === undefined) return [];
    return [...(this.#hashKey ? [this.#hashKey] : []), ...this.#oldHashKeys].map(key => hashOf(text, key));
  }

  #hash(value: JsonValue): string {
    if (value === null) return REDACTED;
    if (this.#hashKey === null) {
      this.#reports.report(
        'HASH_KEY_MISSING',
        'A value marked @Sensitive({ mode: "hash" }) was recorded as "[REDACTED]": set redact.hashKey to have hashes.',
      );
      return REDACTED;
    }
    const text = hashedText(value);
    return text === undefined ? REDACTED : hashOf(text, this.#hashKey);
  }

  #encrypt(value: JsonValue, notes: RedactionNotes, parent: Place | null, key: string | number): string {
    if (this.#encryptionKey === null) {
      this.#reports.report(
        'ENCRYPTION_KEY_MISSING',
        'A value marked @Sensitive({ mode: "encrypt" }) was recorded as "[REDACTED]": set redact.encryptionKey to be able ' +
          'to reveal such values.',
      );
      return REDACTED;
    }
    const { recordId } = notes;
    const encrypted = encryptValue(value, this.#encryptionKey, { recordId, path: pathOf(parent, key) });
    if (encrypted === undefined) return REDACTED;
    notes.sealedTexts.add(encrypted);
    return encrypted;
  }

  #callCustom(redact: (value: JsonValue) => JsonValue, value: JsonValue, depth: number): JsonValue {
    try {
      // A function may keep or change what it is given.
      const copy = typeof value === 'object' ? structuredClone(value) : value;
      const result: unknown = redact(copy);
      if (result !== undefined) {
        return toJsonValue(result, { ...this.#limits, maxDepth: Math.max(0, this.#limits.maxDepth - depth) });
      }
      this.#reportCustom('returned undefined');
    } catch (caught) {
      this.#reportCustom(`threw ${kindOfError(caught)}`);
    }
    return REDACTED;
  }

  #reportCustom(what: string): void {
    this.#reports.report(
      'REDACTION_FAILED',
      `A function given to @Sensitive({ mode }) ${what}; such values are recorded as "[REDACTED]".`,
    );
  }
}

function maskValue(value: JsonValue, mask: Mask): JsonValue {
  if (!Array.isArray(value)) return maskScalar(value, mask);
  const masked = value.slice(0, MAX_MASKED_ELEMENTS).map(element => maskScalar(element, mask));
  if (value.length > masked.length) masked.push(moreMarker(value.length - masked.length));
  return masked;
}

function maskScalar(value: JsonValue, mask: Mask): string {
  if (typeof value !== 'string' && typeof value !== 'number') return REDACTED;
  const text = String(value);
  return mask.isEmail ? maskEmail(text, mask) : maskText(text, mask);
}

/** The domain is kept only where there is one: else it could be the end of any other secret. */
function maskEmail(text: string, mask: Mask): string {
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  if (at < 1 || domain.length > MAX_DOMAIN_LENGTH || !DOMAIN.test(domain)) {
    return maskText(text, { keepFirst: 0, keepLast: 0 });
  }
  return `${maskText(text.slice(0, at), mask)}@${domain}`;
}

function maskText(text: string, { keepFirst, keepLast }: Omit<Mask, 'mode'>): string {
  // Kept characters must not be halves of a surrogate pair.
  const characters = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
  const hidden = characters.length - keepFirst - keepLast;
  // A value that the kept characters would tell as a whole keeps none.
  if (hidden <= 0) return '*'.repeat(characters.length);
  const first = characters.slice(0, keepFirst);
  const last = characters.slice(keepFirst + hidden);
  return asText(first) + '*'.repeat(hidden) + asText(last);
}

function asText(characters: string | readonly string[]): string {
  return typeof characters === 'string' ? characters : characters.join('');
}

function hashOf(text: string, { id, secret }: HashKey): string {
  return `hmac:${id}:${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function hashedText(value: JsonValue): string | undefined {
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the engine can write.
    return undefined;
  }
}
