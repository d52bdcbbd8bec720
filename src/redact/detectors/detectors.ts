import { refuseUnknownKeys, requireBoolean } from '../../option-checks';
import type { RedactionMode } from '../../record/log-record';
import { REDACTED } from '../markers';
import { type Place, type RedactionNotes } from '../redaction-notes';
import type { Sign } from '../text-signs';
import type { Spans } from '../value-search';
import { findBearerTokens } from './bearer-tokens';
import { FIRST_CARD_NUMBER, findCardNumbers, isCardNumber } from './card-numbers';
import { CLOUD_KEY_SIGNS, findCloudKeys } from './cloud-keys';
import { findEmailAddresses } from './email-addresses';
import { findIbans } from './ibans';
import { findJsonWebTokens } from './json-web-tokens';
import { findPemBlocks } from './pem-blocks';

/** Which secrets are recognised by their form, in values that no class declares. */
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

interface Detector extends Sign {
  readonly name: keyof DetectorOptions;
  /** As `redactions` lists it. */
  readonly mode: RedactionMode;
  readonly find: (text: string) => Spans;
}

const DETECTORS: readonly Detector[] = [
  { name: 'pemBlocks', mode: 'detected:pem', signs: ['-BEGI'], find: findPemBlocks },
  { name: 'jwts', mode: 'detected:jwt', signs: ['eyJ'], find: findJsonWebTokens },
  {
    name: 'bearerTokens',
    mode: 'detected:bearer',
    signs: ['earer', 'basic'],
    inEitherCase: true,
    find: findBearerTokens,
  },
  { name: 'cloudKeys', mode: 'detected:cloud-key', signs: CLOUD_KEY_SIGNS, find: findCloudKeys },
  { name: 'cardNumbers', mode: 'detected:card', signs: [], digits: 'card', find: findCardNumbers },
  { name: 'ibans', mode: 'detected:iban', signs: [], digits: 'account', find: findIbans },
  { name: 'emails', mode: 'detected:email', signs: ['@'], find: findEmailAddresses },
];

export type ResolvedDetectors = Required<DetectorOptions>;

/** @throws {@link LoggingError} `OPTION_UNKNOWN` or `OPTION_INVALID` */
export function resolveDetectors(options: DetectorOptions = {}): ResolvedDetectors {
  const names = DETECTORS.map(({ name }) => name);
  refuseUnknownKeys('redact.detectors', options, names);
  const resolved = { ...DEFAULT_DETECTORS };
  for (const name of names) {
    const { [name]: isOn = DEFAULT_DETECTORS[name] } = options;
    requireBoolean(`redact.detectors.${name}`, isOn);
    resolved[name] = isOn;
  }
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
  readonly #seesCards: boolean;
  /** Those in use. */
  readonly active: readonly Sign[];
  readonly #active: readonly Detector[];

  constructor(options: ResolvedDetectors) {
    this.active = this.#active = DETECTORS.filter(({ name }) => options[name]);
    this.#seesCards = options.cardNumbers;
  }

  /**
   * The text without what was found, which is noted.
   * @param signs A bit for each active detector that may find something.
   */
  clean(text: string, signs: number, notes: RedactionNotes, parent: Place | null, key: string | number): string {
    let cleaned = text;
    for (let at = 0; signs >> at !== 0; at++) {
      if (((signs >> at) & 1) === 0) continue;
      const { mode, find } = this.#active[at]!;
      const spans = find(cleaned);
      if (spans.length === 0) continue;
      let rest = '';
      let from = 0;
      for (let span = 0; span < spans.length; span += 2) {
        // A typed field may show an address that a text elsewhere must not; of a secret no field may.
        if (mode !== 'detected:email') notes.known.remember(cleaned.slice(spans[span], spans[span + 1]));
        rest += cleaned.slice(from, spans[span]) + REDACTED;
        from = spans[span + 1]!;
      }
      cleaned = rest + cleaned.slice(from);
      notes.note(parent, key, mode);
    }
    return cleaned;
  }

  /** Whether a number is a card's: JSON knows no difference that a client would have to heed. */
  isCard(value: number): boolean {
    return this.#seesCards && value >= FIRST_CARD_NUMBER && Number.isSafeInteger(value) && isCardNumber(String(value));
  }
}
