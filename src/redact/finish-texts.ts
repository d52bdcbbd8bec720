import type { JsonObject, JsonValue } from '../record/json-value';
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
 *
 * @param tree A tree of ours, changed in place.
 * @param names When the keys come from outside and may be secrets themselves.
 */
export function finishTexts<Tree extends JsonValue>(
  tree: Tree,
  path: string,
  notes: RedactionNotes,
  maxLength: number,
  names: NameRules | null = null,
): Tree {
  return new TextFinish(notes, maxLength, names).run(tree, path) as Tree;
}

class TextFinish {
  readonly #notes: RedactionNotes;
  readonly #maxLength: number;
  readonly #names: NameRules | null;
  readonly #queue: Node[] = [];

  constructor(notes: RedactionNotes, maxLength: number, names: NameRules | null) {
    this.#notes = notes;
    this.#maxLength = maxLength;
    this.#names = notes.known.isEmpty ? null : names;
  }

  run(root: JsonValue, path: string): JsonValue {
    const finished = this.#finish(root, null, path);
    for (let at = 0; at < this.#queue.length; at++) this.#finishMembers(this.#queue[at]!);
    return finished;
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
    for (const key of Object.keys(tree)) {
      const value = tree[key]!;
      const name = this.#names ? this.#finishKey(key, tree, this.#names) : key;
      const finished = this.#finish(value, node, name);
      if (name !== key) {
        delete tree[key];
        this.#notes.note(node, name, 'known-value');
      }
      if (name !== key || finished !== value) tree[name] = finished;
    }
  }

  #finishKey(key: string, tree: JsonObject, names: NameRules): string {
    const cleaned = this.#notes.known.removeFrom(key);
    // Who has "password" as password shall not lose the name of the property.
    if (cleaned === key || names.isSensitive(unescapeKey(key))) return key;
    let free = cleaned;
    for (let number = 2; Object.hasOwn(tree, free); number++) free = `${cleaned} ${number}`;
    return free;
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
    return limitText(cleaned, this.#maxLength);
  }
}
