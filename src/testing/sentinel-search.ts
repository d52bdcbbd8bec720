import type { LeakForm } from './leak-report';
import { formsOf, MIN_SENTINEL_LENGTH, type Sentinel } from './sentinel';

interface Needle {
  readonly sentinel: Sentinel;
  readonly form: LeakForm;
  readonly text: string;
  readonly folded: string;
}

/** A sentinel that stands in a text. */
export interface Finding {
  readonly sentinel: Sentinel;
  readonly form: LeakForm;
}

/** A text of a record and the keys that lead to it. */
export interface Leaf {
  readonly path: string;
  readonly text: string;
}

/** Looks for all forms of all sentinels at once, in one pass over a text. */
export class SentinelSearch {
  readonly #byStart = new Map<string, Needle[]>();

  constructor(sentinels: Iterable<Sentinel>) {
    for (const sentinel of sentinels) {
      const isShort = sentinel.core.length < MIN_SENTINEL_LENGTH;
      for (const [form, text] of formsOf(sentinel)) {
        if (!isShort || form.endsWith('hash')) this.#add(sentinel, form, text);
      }
    }
  }

  /** Each sentinel once, under the first of its forms that stands there. Letter case counts in base64 only. */
  find(text: string): Finding[] {
    const folded = text.toLowerCase();
    const found = new Map<Sentinel, LeakForm>();
    for (let at = 0; at + MIN_SENTINEL_LENGTH <= folded.length; at++) {
      const needles = this.#byStart.get(folded.slice(at, at + MIN_SENTINEL_LENGTH));
      for (const needle of needles ?? []) {
        if (!found.has(needle.sentinel) && isAt(needle, text, folded, at)) found.set(needle.sentinel, needle.form);
      }
    }
    return Array.from(found, ([sentinel, form]) => ({ sentinel, form }));
  }

  /** The same text with its sentinels taken out, to be shown. */
  without(text: string): string {
    return this.find(text).length > 0 ? '(a sentinel)' : text;
  }

  #add(sentinel: Sentinel, form: LeakForm, text: string): void {
    const folded = text.toLowerCase();
    const start = folded.slice(0, MIN_SENTINEL_LENGTH);
    const needles = this.#byStart.get(start);
    if (needles) needles.push({ sentinel, form, text, folded });
    else this.#byStart.set(start, [{ sentinel, form, text, folded }]);
  }
}

function isAt({ form, text, folded }: Needle, haystack: string, foldedHaystack: string, at: number): boolean {
  if (!foldedHaystack.startsWith(folded, at)) return false;
  return !form.startsWith('base64') || haystack.includes(text);
}

/** Every text, number and key of a JSON tree. */
export function leavesOf(tree: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const queue: [path: string, value: unknown][] = [['', tree]];
  for (const [path, value] of queue) {
    if (typeof value === 'string') leaves.push({ path, text: value });
    else if (typeof value === 'number' || typeof value === 'bigint') leaves.push({ path, text: String(value) });
    else if (value instanceof Date) leaves.push({ path, text: value.toISOString() });
    else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        leaves.push({ path: `${path} (a key)`.trim(), text: key });
        queue.push([path === '' ? key : `${path}.${key}`, member]);
      }
    }
  }
  return leaves;
}
