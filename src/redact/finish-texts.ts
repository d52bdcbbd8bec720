import type { JsonValue } from '../record/json-value';
import type { Place, RedactionNotes } from './redaction-notes';
import { limitText } from './value-limits';

interface Node extends Place {
  readonly container: JsonValue[] | { [key: string]: JsonValue };
}

/**
 * The last step, when every secret of the exchange is known: takes the secrets out of all texts of a tree, then cuts the
 * texts. In this order, because a cut could leave half a secret that nothing recognises any more.
 *
 * @param tree A copy of ours, changed in place.
 */
export function finishTexts<Tree extends JsonValue>(
  tree: Tree,
  path: string,
  notes: RedactionNotes,
  maxLength: number,
): Tree {
  if (typeof tree === 'string') return finishText(tree, null, path, notes, maxLength) as Tree;
  if (typeof tree !== 'object' || tree === null) return tree;
  const nodes: Node[] = [{ parent: null, key: path, container: tree }];
  for (let at = 0; at < nodes.length; at++) {
    const node = nodes[at]!;
    const container = node.container as { [key: string | number]: JsonValue };
    const keys = Array.isArray(container) ? container.keys() : Object.keys(container);
    for (const key of keys) {
      const value = container[key]!;
      if (typeof value === 'string') {
        const finished = finishText(value, node, key, notes, maxLength);
        if (finished !== value) container[key] = finished;
      } else if (typeof value === 'object' && value !== null) {
        nodes.push({ parent: node, key, container: value });
      }
    }
  }
  return tree;
}

function finishText(
  text: string,
  parent: Place | null,
  key: string | number,
  notes: RedactionNotes,
  maxLength: number,
): string {
  const cleaned = notes.known.isEmpty ? text : notes.known.removeFrom(text);
  if (cleaned !== text) notes.note(parent, key, 'known-value');
  return limitText(cleaned, maxLength);
}
