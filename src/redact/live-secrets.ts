import { types } from 'node:util';
import { ownValue } from './live-objects';

const MAX_LEAVES = 512;
// What was not sent itself is looked for only when it is long enough to be no ordinary word.
const MIN_LENGTH = 8;
const MAX_LENGTH = 16_384;

/** The texts and numbers that live objects hold in marked properties. Runs no code of theirs. */
export class LiveSecrets {
  readonly texts = new Set<string>();
  #leavesLeft = MAX_LEAVES;

  /** Every text and number in a sensitive value. */
  add(value: unknown): void {
    const pending: unknown[] = [value];
    for (let at = 0; at < pending.length && this.#leavesLeft-- > 0; at++) {
      const node = pending[at];
      if (typeof node === 'object' && node !== null) this.#addMembers(node, pending);
      else this.#addLeaf(node);
    }
  }

  #addMembers(value: object, pending: unknown[]): void {
    if (types.isProxy(value) || ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return;
    const room = () => pending.length < MAX_LEAVES;
    if (types.isSet(value) || types.isMap(value)) {
      const values = types.isSet(value) ? Set.prototype.values.call(value) : Map.prototype.values.call(value);
      for (const member of values)
        if (room()) pending.push(member);
        else return;
      return;
    }
    for (const key of Object.keys(value))
      if (room()) pending.push(ownValue(value, key));
      else return;
  }

  #addLeaf(leaf: unknown): void {
    if (typeof leaf !== 'string' && typeof leaf !== 'number' && typeof leaf !== 'bigint') return;
    const text = String(leaf);
    if (text.length >= MIN_LENGTH && text.length <= MAX_LENGTH) this.texts.add(text);
  }
}
