import { unescape as decodeQueryText } from 'node:querystring';
import type { JsonValue } from '../record/json-value';
import { parseJson } from './json-texts';
import type { KnownValues } from './known-values';
import { REDACTED } from './markers';

/** Whether a parameter of this name is sensitive. */
export type IsSensitiveName = (name: string) => boolean;

// All patterns are linear: a literal or a bounded part starts each, and no repeated part can match what follows it.
const USER_INFO = /:\/\/[^\s/?#]*@/g;
const PAIR_START = /[?&#;]([^\s?&#;="'<>]{1,128})=/g;
const VALUE_ENDS = ' \t\r\n&#;"\'<>';

/** A name, its quotes escaped as often as it lies in a text within a text, and the colon behind it. */
const JSON_NAME = /(\\{0,7})"((?:[^"\\]|\\u[\da-f]{4}){1,128})\1"\s{0,8}:\s{0,8}/gi;
const UNICODE_ESCAPE = /\\u([\da-f]{4})/gi;
/** What ends a number, `true`, `false` or `null`. */
const SCALAR_ENDS = ' \t\r\n"\\{}[],';

const JSON_REFUSAL = ' is not valid JSON';
const PARAMETER_REFUSAL = /Given parameter (\S{1,128}) is invalid\. Value \(/;
const PARAMETER_REFUSAL_END = ') cannot be parsed into ';

/** Redacts what a URL anywhere in a text carries: user and password, and sensitive pairs of its query or fragment. */
export function redactUrls(text: string, isSensitive: IsSensitiveName, known: KnownValues): string {
  const withoutUser = text.includes('@') && text.includes('://') ? redactUserInfo(text, known) : text;
  if (!withoutUser.includes('=')) return withoutUser;
  return redactPairs(withoutUser, isSensitive, known);
}

function redactPairs(text: string, isSensitive: IsSensitiveName, known: KnownValues): string {
  let redacted = '';
  let from = 0;
  // The value of a harmless pair is looked through as well: it may be a URL of its own.
  for (const start of text.matchAll(PAIR_START)) {
    const valueAt = start.index + start[0].length;
    if (start.index < from || !isSensitive(decodeQueryText(start[1]!))) continue;
    const end = endOfValue(text, valueAt);
    if (end === valueAt) continue;
    known.remember(text.slice(valueAt, end));
    redacted += text.slice(from, valueAt) + REDACTED;
    from = end;
  }
  return redacted + text.slice(from);
}

function endOfValue(text: string, from: number): number {
  let at = from;
  while (at < text.length && !VALUE_ENDS.includes(text[at]!)) at++;
  return at;
}

function redactUserInfo(text: string, known: KnownValues): string {
  return text.replace(USER_INFO, found => {
    const password = found.indexOf(':', 1);
    if (password !== -1) known.remember(found.slice(password + 1, -1));
    return `://${REDACTED}@`;
  });
}

/** Redacts the sensitive values of JSON that a text quotes, as it is or as a text within JSON. */
export function redactQuotedPairs(text: string, isSensitive: IsSensitiveName, known: KnownValues): string {
  let redacted = '';
  let from = 0;
  for (const pair of text.matchAll(JSON_NAME)) {
    const [whole, escape, name] = pair as unknown as readonly [string, string, string];
    const valueAt = pair.index + whole.length;
    if (pair.index < from || !isSensitive(name.replace(UNICODE_ESCAPE, unicodeCharacter))) continue;
    const end = endOfJson(text, valueAt, escape.length);
    if (end === valueAt) continue;
    rememberJson(text.slice(valueAt, end), escape.length, known);
    redacted += `${text.slice(from, valueAt)}${escape}"${REDACTED}${escape}"`;
    from = end;
  }
  return redacted + text.slice(from);
}

function unicodeCharacter(_escape: string, code: string): string {
  return String.fromCharCode(Number.parseInt(code, 16));
}

/** Where a value ends whose quotes have so many backslashes before them; at the end of the text when it is cut off. */
function endOfJson(text: string, from: number, escapes: number): number {
  const first = text[from + (text[from] === '\\' ? escapes : 0)];
  if (first === '"') return endOfQuoted(text, from + escapes + 1, escapes);
  let at = from;
  if (first !== '[' && first !== '{') {
    while (at < text.length && !SCALAR_ENDS.includes(text[at]!)) at++;
    return at;
  }
  for (let depth = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    else if (character === '"') at = endOfQuoted(text, at + 1, escapes) - 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** Behind the quote that ends a text: one that is not escaped once more than the text's own quotes. */
function endOfQuoted(text: string, from: number, escapes: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (backslashes < at - from && text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % (2 * (escapes + 1)) === escapes) return at + 1;
  }
  return text.length;
}

function rememberJson(json: string, escapes: number, known: KnownValues): void {
  let plain: JsonValue | undefined = json;
  for (let left = escapes; left > 0 && typeof plain === 'string'; left = (left - 1) / 2)
    plain = parseJson(`"${plain}"`);
  const value = typeof plain === 'string' ? parseJson(plain) : undefined;
  // What is cut off, or no JSON after all, is one text.
  known.remember(value ?? json.replaceAll(/^\\*"|\\*"$/g, ''));
}

/** Takes out the raw input that messages of the JSON parser and of the host's parameter parsing quote. */
export function removeQuotedInput(text: string, isSensitive: IsSensitiveName): string {
  return removeRefusedParameter(removeRefusedJson(text), isSensitive);
}

function removeRefusedJson(text: string): string {
  // What is refused may say so itself: up to the last refusal.
  const end = text.lastIndexOf(JSON_REFUSAL);
  if (end === -1) return text;
  const start = text.indexOf('"');
  return start === -1 || start > end ? text : text.slice(0, start) + REDACTED + text.slice(end);
}

function removeRefusedParameter(text: string, isSensitive: IsSensitiveName): string {
  if (!text.includes('Given parameter ')) return text;
  const refusal = PARAMETER_REFUSAL.exec(text);
  if (refusal === null) return text;
  const start = refusal.index + refusal[0].length;
  const end = text.indexOf(PARAMETER_REFUSAL_END, start);
  if (end === -1) return text.slice(0, start) + REDACTED;
  // Broken JSON cannot be understood, so it may hold anything; else the parameter's name tells.
  const isJson = text.startsWith('JSON', end + PARAMETER_REFUSAL_END.length);
  return isJson || isSensitive(refusal[1]!) ? text.slice(0, start) + REDACTED + text.slice(end) : text;
}
