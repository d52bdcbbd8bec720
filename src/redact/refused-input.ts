import type { JsonValue } from '../record/json-value';

const MAX_REFUSALS = 1_000;

/**
 * What class-validator's errors quote of the input. The names and texts around it are the application's own, and told
 * elsewhere in the same record.
 */
export function refusedInputOf(errors: JsonValue): JsonValue[] {
  const input: JsonValue[] = [];
  const pending = [errors];
  for (let at = 0; at < pending.length && at < MAX_REFUSALS; at++) {
    const node = pending[at]!;
    if (typeof node !== 'object' || node === null) input.push(node);
    else if (Array.isArray(node)) pending.push(...node.slice(0, MAX_REFUSALS));
    else {
      for (const quoted of [node['target'], node['value']]) if (quoted !== undefined) input.push(quoted);
      if (node['children'] !== undefined) pending.push(node['children']);
    }
  }
  return input;
}
