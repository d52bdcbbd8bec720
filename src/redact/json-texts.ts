import type { JsonValue } from '../record/json-value';

const BLANK = 32;
const QUOTE = 34;
const BRACKET = 91;
const BRACE = 123;
const START = /^\s*(?:[[{]|"[^]*\\")/;
/** Every text, one after the other, and the colon behind it if it is a name. */
const TEXT = /"(?:[^"\\]|\\.)*"(\s*:)?/g;
const OBJECT_START = /^[\s[]*\{\s*"/;

/** Whether the text looks like an array or object as JSON, or like a text that may be such a text. */
export function mayBeJson(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === QUOTE) return text.includes('\\"');
  if (first > BLANK && first < 128) return first === BRACKET || first === BRACE;
  return START.test(text);
}

/** Whether a name comes twice in an object: `JSON.parse` gives the last one and says nothing of the others. */
export function hasNameTwice(json: string, parsed: JsonValue): boolean {
  let names = 0;
  for (const [, colon] of json.matchAll(TEXT)) if (colon !== undefined) names++;
  const pending: JsonValue[] = [parsed];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const values = Object.values(node);
    if (!Array.isArray(node)) names -= values.length;
    for (const value of values) pending.push(value);
  }
  return names !== 0;
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
