import { SAFE_HEADERS } from './allow-list';
import type { NameRules } from './name-rules';

/** What its name alone says of a header. */
export interface HeaderRule {
  readonly name: string;
  /** The name as a key of a record. */
  readonly key: string;
  readonly isSensitive: boolean;
  readonly isCookie: boolean;
  /** Recorded under the policy `allow`. */
  readonly isSafe: boolean;
  /** Its value is recorded as it is, where no parameter says otherwise and nothing is found in it. */
  readonly isFree: boolean;
  /** The last value that nothing was found in: most clients send the same one again. */
  harmless: string | undefined;
}

// Clients choose names and values.
const MAX_KEPT_NAMES = 512;
const MAX_KEPT_LENGTH = 256;

/** The {@link HeaderRule} of each name. */
export class HeaderRules {
  readonly #names: NameRules;
  readonly #policy: 'deny' | 'allow';
  readonly #rules = new Map<string, HeaderRule>();
  #namesVersion = -1;

  constructor(names: NameRules, policy: 'deny' | 'allow') {
    this.#names = names;
    this.#policy = policy;
  }

  of(header: string): HeaderRule {
    if (this.#namesVersion !== this.#names.learnedCount) {
      this.#namesVersion = this.#names.learnedCount;
      this.#rules.clear();
    }
    const known = this.#rules.get(header);
    if (known !== undefined) return known;
    const rule = this.#ruleOf(header.toLowerCase());
    if (header.length > MAX_KEPT_LENGTH) return rule;
    // Starting over is cheap, and the names that matter are back at once.
    if (this.#rules.size >= MAX_KEPT_NAMES) this.#rules.clear();
    this.#rules.set(header, rule);
    return rule;
  }

  noteHarmless(rule: HeaderRule, value: string): void {
    if (value.length <= MAX_KEPT_LENGTH) rule.harmless = value;
  }

  #ruleOf(name: string): HeaderRule {
    const { key } = this.#names.verdictOf(name);
    const isSensitive = this.#names.isSensitive(name);
    const isCookie = name === 'cookie' || name === 'set-cookie';
    const isSafe = SAFE_HEADERS.has(name);
    const isFree = !isSensitive && !isCookie && (isSafe || this.#policy === 'deny');
    return { name, key, isSensitive, isCookie, isSafe, isFree, harmless: undefined };
  }
}
