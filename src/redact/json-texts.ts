import type { JsonValue } from '../record/json-value';

const BLANK = 32;
const BRACKET = 91;
const BRACE = 123;
const START = /^\s*[[{]/;
const OBJECT_START = /^[\s[]*\{\s*"/;

/** Whether the text looks like an array or object as JSON. */
export function mayBeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first > BLANK && first < 128) return first === BRACKET || first === BRACE;
  return START.test(text);
}

/** Whether it looks like one that holds names. */
export function mayBeJsonObject(text: string): boolean {
  return OBJECT_START.test(text);
}

/** `undefined` for what is no JSON. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
