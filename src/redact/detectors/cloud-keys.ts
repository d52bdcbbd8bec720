import type { Spans } from '../value-search';
import { isWordCharacter } from './characters';

interface KeyFormat {
  readonly prefix: string;
  /** The characters after the prefix. */
  readonly body: RegExp;
  /** The prefix stays, and only what follows it is the key. */
  readonly isName?: true;
}

// Each body is one class of characters from one place on, so that a look at it is linear.
const FORMATS: readonly KeyFormat[] = [
  { prefix: 'AKIA', body: /[A-Z2-7]{16}(?![A-Za-z\d])/y }, // AWS
  { prefix: 'ASIA', body: /[A-Z2-7]{16}(?![A-Za-z\d])/y },
  { prefix: 'AIza', body: /[\w-]{35}(?![\w-])/y }, // Google
  { prefix: 'GOCSPX-', body: /[\w-]{28}(?![\w-])/y },
  { prefix: 'ya29.', body: /[\w-]{20,}/y },
  { prefix: 'AccountKey=', body: /[A-Za-z\d+/]{86}==/y, isName: true }, // Azure
  { prefix: 'SharedAccessKey=', body: /[A-Za-z\d+/]{43}=/y, isName: true },
  { prefix: 'ghp_', body: /[A-Za-z\d]{36}/y }, // GitHub
  { prefix: 'gho_', body: /[A-Za-z\d]{36}/y },
  { prefix: 'ghu_', body: /[A-Za-z\d]{36}/y },
  { prefix: 'ghs_', body: /[A-Za-z\d]{36}/y },
  { prefix: 'ghr_', body: /[A-Za-z\d]{36}/y },
  { prefix: 'github_pat_', body: /\w{60,}/y },
  { prefix: 'glpat-', body: /[\w-]{20,}/y }, // GitLab
  { prefix: 'npm_', body: /[A-Za-z\d]{36}/y },
  { prefix: 'xoxb-', body: /[A-Za-z\d-]{20,}/y }, // Slack
  { prefix: 'xoxp-', body: /[A-Za-z\d-]{20,}/y },
  { prefix: 'sk_live_', body: /[A-Za-z\d]{16,}/y }, // Stripe
  { prefix: 'rk_live_', body: /[A-Za-z\d]{16,}/y },
  { prefix: 'sk_test_', body: /[A-Za-z\d]{16,}/y },
];
/** Of each prefix as little as recognises it. */
export const CLOUD_KEY_SIGNS: readonly string[] = FORMATS.map(({ prefix, isName }) => (isName ? '=' : prefix));

const BY_PREFIX = new Map(FORMATS.map(format => [format.prefix, format]));
const PREFIXES = new RegExp(FORMATS.map(({ prefix }) => prefix.replace('.', '\\.')).join('|'), 'g');

/** Access keys of cloud services that can be told by their form alone. */
export function findCloudKeys(text: string): Spans {
  const spans: number[] = [];
  for (const { index, 0: prefix } of text.matchAll(PREFIXES)) {
    if (index < (spans.at(-1) ?? 0) || isWordCharacter(text, index - 1)) continue;
    const { body, isName } = BY_PREFIX.get(prefix)!;
    const start = index + prefix.length;
    body.lastIndex = start;
    const found = body.exec(text);
    if (found) spans.push(isName ? start : index, start + found[0].length);
  }
  return spans;
}
