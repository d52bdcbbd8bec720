import { sensitiveNames } from '../decorators/metadata';
import { escapeKey } from '../record/escape-key';
import { DEFAULT_NAMES, DEFAULT_WHOLE_NAMES } from './default-names';
import { type FoldedName, MAX_NAME_LENGTH, foldName } from './fold-name';
import { NameEndings } from './name-endings';
import type { ResolvedRedactOptions } from './redact-options';
import { limitText } from './value-limits';

/** What the rules say of one name. */
export interface NameVerdict {
  /** The name as a key of a record. */
  readonly key: string;
  /** On the default list or the user's: redacted everywhere but under `@Sensitive(false)`. */
  readonly sensitive: boolean;
  /** Marked `@Sensitive` in some class: redacted where no class says what the name means. */
  readonly learned: boolean;
}

// Clients choose names. These bound what one may cost in time, in a record and in the cache.
const MAX_KEY_LENGTH = 256;
const MAX_PARTS = 8;
const MAX_CACHED_NAMES = 4_096;
// From this length on a name is also found at the end of a word that nothing divides: `userpassword`.
const MIN_UNDIVIDED_LENGTH = 5;

/** Tells by its name alone whether a value is sensitive. */
export class NameRules {
  readonly #wholeNames: ReadonlySet<string>;
  readonly #lastWords: ReadonlySet<string>;
  /** By last letter: of what a client names, few names then need to be compared. */
  readonly #undivided = new Map<string, string[]>();
  readonly #longest: number;
  readonly #allowed: ReadonlySet<string>;
  /** Nothing is to be redacted: see `disableRedaction`. */
  readonly isDisabled: boolean;
  readonly #marked: ReadonlySet<string>;
  readonly #exposed = new Set<string>();
  readonly #verdicts = new Map<string, NameVerdict>();
  #learned: ReadonlySet<string> = new Set();
  #endings: NameEndings;
  #learnedFrom = 0;

  /** @param marked the names that classes mark; it may grow */
  constructor(
    { names, allowNames, disabled }: Pick<ResolvedRedactOptions, 'names' | 'allowNames' | 'disabled'>,
    marked: ReadonlySet<string> = sensitiveNames(),
  ) {
    this.#marked = marked;
    this.#allowed = new Set(allowNames.map(name => foldName(name).whole));
    const ours = DEFAULT_NAMES.filter(name => !this.#allowed.has(name));
    this.#wholeNames = new Set(DEFAULT_WHOLE_NAMES);
    this.#lastWords = new Set([...ours, ...names.map(name => foldName(name).whole)]);
    for (const name of this.#lastWords) {
      if (name.length < MIN_UNDIVIDED_LENGTH) continue;
      const lastLetter = name[name.length - 1]!;
      this.#undivided.set(lastLetter, [...(this.#undivided.get(lastLetter) ?? []), name]);
    }
    this.#longest = Math.max(...[...this.#lastWords].map(name => name.length));
    this.isDisabled = disabled;
    this.#endings = this.#endingsOfAll();
  }

  verdictOf(name: string): NameVerdict {
    if (this.#learnedFrom !== this.learnedCount) this.#refreshLearned();
    const known = this.#verdicts.get(name);
    if (known) return known;
    const verdict = this.#judge(name);
    if (name.length > MAX_KEY_LENGTH) return verdict;
    // Starting over is cheap, and the names that matter are back at once.
    if (this.#verdicts.size >= MAX_CACHED_NAMES) this.#verdicts.clear();
    this.#verdicts.set(name, verdict);
    return verdict;
  }

  /** Whether a value of this name is sensitive where nothing else is known of it. */
  isSensitive(name: string): boolean {
    const { sensitive, learned } = this.verdictOf(name);
    return sensitive || learned;
  }

  /**
   * Whether a sensitive name stands somewhere in this one, at the end or not: `passwordHint`. More names than the rules
   * redact, for a person to look at.
   */
  resemblesSensitive(name: string): boolean {
    const { whole, words } = foldName(name);
    if (this.#allowed.has(whole)) return false;
    if (this.verdictOf(name).sensitive) return true;
    return words.some((_, start) => {
      let run = '';
      return words.slice(start).some(word => {
        run += word;
        return run.length >= MIN_UNDIVIDED_LENGTH && this.#lastWords.has(run);
      });
    });
  }

  /** How many names `@Sensitive` has taught so far. It never shrinks. */
  get learnedCount(): number {
    return this.#marked.size + this.#exposed.size;
  }

  /** The names that `@Sensitive` has taught so far. */
  get learnedNames(): readonly string[] {
    return [...this.#marked, ...this.#exposed];
  }

  /** Adds the name under which a marked property goes over the wire. */
  learn(name: string): void {
    this.#exposed.add(name);
  }

  #judge(name: string): NameVerdict {
    const key = escapeKey(limitText(name, MAX_KEY_LENGTH));
    if (this.isDisabled) return { key, sensitive: false, learned: false };
    // No class has such a name, and what it means may lie out of sight.
    if (name.length > MAX_NAME_LENGTH) return { key, sensitive: true, learned: true };
    if (!this.#endings.mayEnd(name)) return { key, sensitive: false, learned: false };
    const whole = foldName(name);
    const parts = /[[\].]/.test(name)
      ? name
          .split(/[[\].]+/)
          .slice(-MAX_PARTS)
          .map(foldName)
      : [];
    return {
      key,
      sensitive: this.#isListed(whole) || parts.some(part => this.#isListed(part)),
      learned: this.#learned.has(whole.whole) || parts.some(part => this.#learned.has(part.whole)),
    };
  }

  #isListed({ whole, words }: FoldedName): boolean {
    if (this.#allowed.has(whole)) return false;
    if (this.#wholeNames.has(whole)) return true;
    let tail = '';
    for (let at = words.length - 1; at >= 0; at--) {
      tail = words[at] + tail;
      if (tail.length > this.#longest) break;
      if (this.#lastWords.has(tail)) return true;
    }
    return this.#undivided.get(whole[whole.length - 1] ?? '')?.some(name => whole.endsWith(name)) ?? false;
  }

  #endingsOfAll(): NameEndings {
    return new NameEndings([...this.#wholeNames, ...this.#lastWords, ...this.#learned]);
  }

  #refreshLearned(): void {
    const names = this.learnedNames.map(name => foldName(name).whole);
    this.#learned = new Set(names.filter(name => name !== ''));
    this.#endings = this.#endingsOfAll();
    this.#learnedFrom = this.learnedCount;
    this.#verdicts.clear();
  }
}
