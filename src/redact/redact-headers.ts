import { unescape as decodeCookie } from 'node:querystring';
import type { JsonObject, JsonValue } from '../record/json-value';
import type { SnapshotHeaders } from '../record/snapshot';
import type { HeaderRule, HeaderRules } from './header-rules';
import { mayBeJson } from './json-texts';
import { REDACTED } from './markers';
import { type ActiveMark, type Field, type Plan, REDACT, type Shape } from './plan';
import { type Place, type RedactionNotes, pathOf } from './redaction-notes';
import { Walk, type WalkRules } from './walk';

const SCHEME =
  /^(?:basic|bearer|digest|hoba|mutual|negotiate|ntlm|scram-sha-1|scram-sha-256|vapid|dpop|aws4-hmac-sha256)(?= )/i;
// A short value (`theme=dark`) is no secret, and taking it out of the other texts would tear holes into them.
const MIN_KNOWN_COOKIE_LENGTH = 16;

/** What is known of the headers of an exchange. */
export interface HeaderPlans {
  readonly headers: Plan | null;
  readonly cookies: Plan | null;
}

/** Redacts the headers of a request or a response by their names. */
export class HeaderRedaction {
  readonly #rules: WalkRules;
  readonly #headerRules: HeaderRules;
  readonly #notes: RedactionNotes;
  readonly #headers: Plan | null;
  readonly #cookies: Plan | null;

  constructor(rules: WalkRules, headerRules: HeaderRules, notes: RedactionNotes, { headers, cookies }: HeaderPlans) {
    this.#rules = rules;
    this.#headerRules = headerRules;
    this.#notes = notes;
    this.#headers = headers;
    this.#cookies = cookies;
  }

  run(headers: SnapshotHeaders, path: string): JsonObject {
    const place: Place = { parent: null, key: path };
    const redacted: JsonObject = {};
    for (const header in headers) {
      const rule = this.#headerRules.of(header);
      const value = headers[header]!;
      const { key } = rule;
      if (typeof value === 'string') {
        const cleaned = this.#redactHeader(rule, value, place, key);
        if (cleaned !== undefined) redacted[key] = cleaned;
      } else {
        const each: Place = { parent: place, key };
        redacted[key] = value.flatMap((item, at) => this.#redactHeader(rule, item, each, at) ?? []);
      }
    }
    return redacted;
  }

  #redactHeader(rule: HeaderRule, value: string, parent: Place, key: string | number): string | undefined {
    if (rule.isFree && this.#headers === null) return this.#redactFree(rule, value, parent, key);
    const { name } = rule;
    if (this.#rules.names.isDisabled) return value;
    const field = this.#headers?.fields.get(name);
    if (rule.isCookie && (field === undefined || field.mark === REDACT)) {
      return name === 'cookie' ? this.#redactCookies(value, parent, key) : this.#redactSetCookie(value, parent, key);
    }
    const mark = this.#headers?.mark ?? (field ? field.mark : rule.isSensitive ? REDACT : null);
    if (mark !== null) return this.#redactMarked(name, mark, value, parent, key);
    if (field?.shape) return this.#redactTyped(value, field.shape, parent, key);
    if (this.#isWithheld(rule, field)) return this.#withhold(parent, key);
    return this.#redactFree(rule, value, parent, key);
  }

  #isWithheld(rule: HeaderRule, field: Field | undefined): boolean {
    if (this.#rules.policy !== 'allow' || rule.isSafe) return false;
    return !field?.isLoggable && !this.#headers?.isOpen;
  }

  /** Of credentials the scheme stays. */
  #redactMarked(
    name: string,
    mark: ActiveMark,
    value: string,
    parent: Place,
    key: string | number,
  ): string | undefined {
    const scheme = mark.mode === 'redact' && name.endsWith('authorization') ? SCHEME.exec(value)?.[0] : undefined;
    if (scheme === undefined) return this.#apply(mark, value, parent, key);
    const credentials = value.slice(scheme.length + 1);
    // Whoever checks it reads it, and may tell it in that form.
    if (scheme.toLowerCase() === 'basic') this.#notes.known.remember(passwordOf(credentials));
    return `${scheme} ${this.#apply(mark, credentials, parent, key)}`;
  }

  /** An object in a header travels as JSON text. */
  #redactTyped(value: string, shape: Shape, parent: Place, key: string | number): string | undefined {
    const walk = new Walk(this.#rules, this.#notes, { direction: 'request' });
    return asText(walk.run(value, pathOf(parent, key), shape));
  }

  #withhold(parent: Place, key: string | number): string {
    this.#notes.note(parent, key, 'allow');
    return REDACTED;
  }

  #redactFree(rule: HeaderRule, value: string, parent: Place, key: string | number): string {
    // Most answers carry the id of their record, which we made.
    if (value === rule.harmless || value === this.#notes.recordId) return value;
    const mayBeTree = mayBeJson(value);
    if (mayBeTree || this.#rules.texts.isSuspicious(value)) {
      const walk = new Walk(this.#rules, this.#notes, { direction: 'request', recordsAll: true });
      const redacted = walk.runText(value, parent, key);
      if (mayBeTree || redacted !== value) return redacted;
    }
    this.#headerRules.noteHarmless(rule, value);
    return value;
  }

  #apply(mark: ActiveMark, value: string, parent: Place, key: string | number): string | undefined {
    this.#notes.noteSecret(parent, key, mark.mode, value);
    return asText(this.#rules.marks.apply(mark, value, this.#notes, parent, key));
  }

  #redactCookies(value: string, parent: Place, key: string | number): string {
    const place: Place = { parent, key };
    const cookies = value.split(';').map(pair => {
      const at = pair.indexOf('=');
      // Without a name the text is all value.
      if (at === -1) return pair.trim() === '' ? '' : this.#redactCookie('', pair.trim(), place);
      return this.#redactCookie(pair.slice(0, at).trim(), pair.slice(at + 1).trim(), place);
    });
    this.#notes.note(parent, key, REDACT.mode);
    return cookies.filter(cookie => cookie !== '').join('; ');
  }

  #redactSetCookie(value: string, parent: Place, key: string | number): string {
    const end = value.indexOf(';');
    const attributes = end === -1 ? '' : value.slice(end);
    return this.#redactCookies(end === -1 ? value : value.slice(0, end), parent, key) + attributes;
  }

  /** Keeps the name, loses the value, unless a parameter of this name says otherwise. */
  #redactCookie(name: string, value: string, header: Place): string {
    const field = this.#cookies?.fields.get(name);
    const isHarmless = field?.mark === null && field.shape === null;
    if (isHarmless && (this.#rules.policy === 'deny' || field.isLoggable)) return `${name}=${value}`;
    const { known } = this.#notes;
    if (value.length >= MIN_KNOWN_COOKIE_LENGTH || field?.mark || this.#rules.names.isSensitive(name)) {
      known.remember(value);
      known.remember(decodeCookie(value));
    }
    const redacted = this.#rules.marks.apply(field?.mark ?? REDACT, value, this.#notes, header, name);
    if (redacted === undefined) return '';
    return name === '' ? asText(redacted) : `${name}=${asText(redacted)}`;
  }
}

/** Of `user:password` in base64. */
function passwordOf(credentials: string): string | undefined {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at === -1 ? undefined : text.slice(at + 1);
}

function asText(value: JsonValue): string;
function asText(value: JsonValue | undefined): string | undefined;
function asText(value: JsonValue | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
