import { refuseUnknownKeys, requireBoolean } from '../../option-checks';
import { REDACTED } from '../markers';
import { type Place, type RedactionNotes } from '../redaction-notes';
import type { Spans } from '../value-search';
import { findBearerTokens } from './bearer-tokens';
import { findCardNumbers, isCardNumber } from './card-numbers';
import { CLOUD_KEY_SIGNS, findCloudKeys } from './cloud-keys';
import { findEmailAddresses } from './email-addresses';
import { findIbans } from './ibans';
import { findJsonWebTokens } from './json-web-tokens';
import { findPemBlocks } from './pem-blocks';

/** What is looked for in texts that no class tells of. */
export interface DetectorOptions {
  /** Payment cards: brand, length and check digit. @defaultValue true */
  readonly cardNumbers?: boolean;
  /** JSON Web Tokens. @defaultValue true */
  readonly jwts?: boolean;
  /** What follows `Bearer` or `Basic`. @defaultValue true */
  readonly bearerTokens?: boolean;
  /** Keys and certificates between `-----BEGIN …-----` and `-----END …-----`. @defaultValue true */
  readonly pemBlocks?: boolean;
  /** E-mail addresses; off, because records are often searched by them. @defaultValue false */
  readonly emails?: boolean;
  /** Bank accounts: country, length and check digits. @defaultValue true */
  readonly ibans?: boolean;
  /** Access keys of AWS, Google, Azure, GitHub, GitLab, npm, Slack and Stripe. @defaultValue true */
  readonly cloudKeys?: boolean;
}

interface Detector {
  readonly name: keyof DetectorOptions;
  /** As `redactions` lists it. */
  readonly mode: string;
  /** Every finding holds one of these, in either case; see `TextSigns`, which knows digits by itself. */
  readonly signs: readonly string[];
  readonly find: (text: string) => Spans;
}

const DETECTORS: readonly Detector[] = [
  { name: 'pemBlocks', mode: 'detected:pem', signs: ['---'], find: findPemBlocks },
  { name: 'jwts', mode: 'detected:jwt', signs: ['eyJ'], find: findJsonWebTokens },
  { name: 'bearerTokens', mode: 'detected:bearer', signs: ['rer', 'sic'], find: findBearerTokens },
  { name: 'cloudKeys', mode: 'detected:cloud-key', signs: CLOUD_KEY_SIGNS, find: findCloudKeys },
  { name: 'cardNumbers', mode: 'detected:card', signs: [], find: findCardNumbers },
  { name: 'ibans', mode: 'detected:iban', signs: [], find: findIbans },
  { name: 'emails', mode: 'detected:email', signs: ['@'], find: findEmailAddresses },
];

export type ResolvedDetectors = Required<DetectorOptions>;

/** @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function resolveDetectors(options: DetectorOptions = {}): ResolvedDetectors {
  const names = DETECTORS.map(({ name }) => name);
  refuseUnknownKeys('redact.detectors', options, names);
  const resolved = { ...DEFAULT_DETECTORS, ...options };
  for (const name of names) requireBoolean(`redact.detectors.${name}`, resolved[name]);
  return resolved;
}

const DEFAULT_DETECTORS: ResolvedDetectors = {
  cardNumbers: true,
  jwts: true,
  bearerTokens: true,
  pemBlocks: true,
  emails: false,
  ibans: true,
  cloudKeys: true,
};

/** Finds secrets by their form. Every detector reads a text once. */
export class Detectors {
  readonly #active: readonly Detector[];
  readonly #seesCards: boolean;
  /** A text without any of them, and without the digits of a card or an account, holds nothing to be found. */
  readonly signs: readonly string[];

  constructor(options: ResolvedDetectors) {
    this.#active = DETECTORS.filter(({ name }) => options[name]);
    this.signs = this.#active.flatMap(({ signs }) => signs);
    this.#seesCards = options.cardNumbers;
  }

  /** The text without what was found, which is noted. */
  clean(text: string, notes: RedactionNotes, parent: Place | null, key: string | number): string {
    let cleaned = text;
    for (const { mode, find } of this.#active) {
      const spans = find(cleaned);
      if (spans.length === 0) continue;
      let rest = '';
      let from = 0;
      for (let at = 0; at < spans.length; at += 2) {
        // A typed field may show an address that a text elsewhere must not; of a secret no field may.
        if (mode !== 'detected:email') notes.known.remember(cleaned.slice(spans[at], spans[at + 1]));
        rest += cleaned.slice(from, spans[at]) + REDACTED;
        from = spans[at + 1]!;
      }
      cleaned = rest + cleaned.slice(from);
      notes.note(parent, key, mode);
    }
    return cleaned;
  }

  /** Whether a number is a card's: JSON knows no difference that a client would have to heed. */
  isCard(value: number): boolean {
    return this.#seesCards && value > 1e13 && Number.isSafeInteger(value) && isCardNumber(String(value));
  }
}
