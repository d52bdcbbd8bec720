import { toUSVString } from 'node:util';
import type { JsonObject, JsonValue } from '../record/json-value';
import type { Redaction } from '../record/log-record';
import type { NameRules } from './name-rules';
import type { Place, RedactionNotes } from './redaction-notes';
import { unescapeKey } from './unescape-key';
import { limitText } from './value-limits';

interface Node extends Place {
  readonly tree: JsonValue[] | JsonObject;
}

/**
 * The last step, when every secret of the exchange is known: takes the secrets out of all texts of a tree, then cuts the
 * texts. In this order, because a cut could leave half a secret that nothing recognises any more.
 */
export class TextFinish {
  readonly #notes: RedactionNotes;
  readonly #maxLength: number;
  readonly #names: NameRules;
  #queue: Node[] = [];
  #mayRename = false;

  constructor(notes: RedactionNotes, maxLength: number, names: NameRules) {
    this.#notes = notes;
    this.#maxLength = maxLength;
    this.#names = names;
  }

  /** Whether there is anything to do. One look at all texts together costs less than to finish the few of a record. */
  mayChange(trees: readonly JsonValue[]): boolean {
    const { known } = this.#notes;
    const { shortest } = known;
    const texts: string[] = [];
    /** Those of the joined texts that can hold a secret. */
    const parts: number[] = [];
    let end = 0;
    const add = (text: string): void => {
      texts.push(text);
      if (text.length >= shortest) parts.push(end, end + text.length);
      end += text.length + 1;
    };
    const pending = [...trees];
    for (let at = 0; at < pending.length; at++) {
      const tree = pending[at]!;
      if (typeof tree === 'string') {
        if (tree.length > this.#maxLength) return true;
        add(tree);
      } else if (Array.isArray(tree)) {
        for (const value of tree) pending.push(value);
      } else if (typeof tree === 'object' && tree !== null) {
        for (const key in tree) {
          add(key);
          pending.push(tree[key]!);
        }
      }
    }
    // Divided by what no surrogate pair can span.
    const all = texts.join('\n');
    return known.mayBeInParts(all, parts) || toUSVString(all) !== all;
  }

  /** @param tree A tree of ours, changed in place. */
  run<Tree extends JsonValue>(tree: Tree, path: string): Tree {
    return this.#run(tree, path, false);
  }

  /** The same where the keys come from outside and may be secrets themselves. */
  runWithKeys<Tree extends JsonValue>(tree: Tree, path: string): Tree {
    return this.#run(tree, path, !this.#notes.known.isEmpty);
  }

  #run<Tree extends JsonValue>(tree: Tree, path: string, mayRename: boolean): Tree {
    this.#mayRename = mayRename;
    const finished = this.#finish(tree, null, path);
    const queue = this.#queue;
    if (queue.length === 0) return finished as Tree;
    for (let at = 0; at < queue.length; at++) this.#finishMembers(queue[at]!);
    this.#queue = [];
    return finished as Tree;
  }

  #finishMembers(node: Node): void {
    const { tree } = node;
    if (Array.isArray(tree)) {
      for (let at = 0; at < tree.length; at++) {
        const value = tree[at]!;
        const finished = this.#finish(value, node, at);
        if (finished !== value) tree[at] = finished;
      }
      return;
    }
    let renamed: string[] | undefined;
    for (const key in tree) {
      if (this.#mayRename && this.#isSecret(key)) {
        (renamed ??= []).push(key);
        continue;
      }
      const value = tree[key]!;
      const finished = this.#finish(value, node, key);
      if (finished !== value) tree[key] = finished;
    }
    if (renamed === undefined) return;
    const numbers = new Map<string, number>();
    for (const key of renamed) this.#rename(key, tree, node, numbers);
  }

  /** Paths name keys as they were before secrets were taken out of them. */
  cleanPaths(redactions: readonly Redaction[]): readonly Redaction[] {
    const { known } = this.#notes;
    const all = redactions.map(({ path }) => path).join('\n');
    if (!known.mayBeInParts(all, [0, all.length])) return redactions;
    const cleaned = (part: string): string => (this.#isSecret(part) ? known.removeFrom(part) : part);
    return redactions.map(({ path, mode }) => ({ path: path.split('.').map(cleaned).join('.'), mode }));
  }

  /** A user whose password is "password" must not erase the property's name. */
  #isSecret(key: string): boolean {
    return this.#notes.known.removeFrom(key) !== key && !this.#names.isSensitive(unescapeKey(key));
  }

  /** @param numbers The last one tried for each name. From the first one anew, a thousand like names would take a second. */
  #rename(key: string, tree: JsonObject, node: Node, numbers: Map<string, number>): void {
    const cleaned = this.#notes.known.removeFrom(key);
    let number = numbers.get(cleaned) ?? 1;
    const numbered = (): string => (number === 1 ? cleaned : `${cleaned} ${number}`);
    while (Object.hasOwn(tree, numbered())) number++;
    const free = numbered();
    numbers.set(cleaned, number);
    const finished = this.#finish(tree[key]!, node, free);
    delete tree[key];
    tree[free] = finished;
    this.#notes.note(node, free, 'known-value');
  }

  #finish(value: JsonValue, parent: Place | null, key: string | number): JsonValue {
    if (typeof value === 'string') return this.#finishText(value, parent, key);
    if (typeof value === 'object' && value !== null) this.#queue.push({ parent, key, tree: value });
    return value;
  }

  #finishText(text: string, parent: Place | null, key: string | number): string {
    const { known, sealedTexts } = this.#notes;
    if (sealedTexts.size > 0 && sealedTexts.has(text)) return text;
    const cleaned = known.isEmpty ? text : known.removeFrom(text);
    if (cleaned !== text) this.#notes.note(parent, key, 'known-value');
    return this.#maxLength === Infinity ? cleaned : limitText(cleaned, this.#maxLength);
  }
}
