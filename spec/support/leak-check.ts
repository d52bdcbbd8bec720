import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../../src/record/json-value';
import type { JsonPath } from './marked-values';

/** A secret was recorded, or what should have been recorded was not. The mutation table counts no other failure. */
export class ProofFailed extends Error {
  override readonly name = 'ProofFailed';
}

/** @throws {@link ProofFailed} when the text holds one of the secrets, however it is quoted there. */
export function expectNoSecret(text: string, secrets: readonly string[], where: string): void {
  for (const secret of secrets) {
    const at = text.indexOf(secret);
    if (at === -1) continue;
    throw new ProofFailed(`leak in ${where}: …${text.slice(Math.max(0, at - 120), at + secret.length + 40)}…`);
  }
}

/** How many harmless values of a body came through the redaction unchanged. */
export class KeptValues {
  total = 0;
  readonly changed: string[] = [];

  get rate(): number {
    return this.total === 0 ? 0 : this.changed.length / this.total;
  }

  add({ total, changed }: KeptValues): void {
    this.total += total;
    this.changed.push(...changed);
  }

  /** Notes one value that must be recorded as it is. */
  note(path: string, expected: JsonValue, recorded: JsonValue | undefined): void {
    this.total++;
    if (Object.is(expected, recorded)) return;
    this.changed.push(`${path}: ${JSON.stringify(expected)} became ${JSON.stringify(recorded)}`);
  }
}

interface ComparedPart {
  readonly part: 'request' | 'response' | 'attributes';
  readonly hidden: readonly JsonPath[];
  readonly secrets: readonly string[];
}

/**
 * Compares a body as it crossed the wire with the body as it was recorded: what is sensitive must be another, all else
 * the same.
 *
 * @throws {@link ProofFailed} when a sensitive value is recorded as it was.
 */
export function compareBodies(
  wire: JsonValue,
  recorded: JsonValue | undefined,
  { part, hidden, secrets }: ComparedPart,
  kept: KeptValues,
): void {
  const hiddenKeys = new Set(hidden.map(path => JSON.stringify(path)));
  const pending: { path: JsonPath; wire: JsonValue; recorded: JsonValue | undefined }[] = [
    { path: [], wire, recorded },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const at = JSON.stringify(next.path);
    if (hiddenKeys.has(at)) {
      if (tellsSomething(next.wire) && isDeepStrictEqual(next.wire, next.recorded)) {
        throw new ProofFailed(`leak in the ${part} at ${at}: ${JSON.stringify(next.wire)} is recorded as it was`);
      }
    } else if (typeof next.wire === 'object' && next.wire !== null) {
      for (const [key, value] of Object.entries(next.wire)) {
        const step = Array.isArray(next.wire) ? Number(key) : key;
        pending.push({ path: [...next.path, step], wire: value, recorded: memberOf(next.recorded, key) });
      }
    } else if (next.wire !== '' && !holdsOneOf(secrets, next.wire)) {
      kept.note(`${part} ${at}`, next.wire, next.recorded);
    }
  }
}

function holdsOneOf(secrets: readonly string[], leaf: JsonValue): boolean {
  const text = JSON.stringify(leaf);
  return secrets.some(secret => text.includes(secret));
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, JsonValue>)[key]
    : undefined;
}

/** An empty text or list is masked by the same. */
function tellsSomething(value: JsonValue): boolean {
  if (value === '') return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}
