import { unescape as decodeQueryText } from 'node:querystring';
import type { KnownValues } from './known-values';
import { REDACTED } from './markers';

/** Whether a parameter of this name is sensitive. */
export type IsSensitiveName = (name: string) => boolean;

// All patterns are linear: a literal or a bounded part starts each, and no repeated part can match what follows it.
const USER_INFO = /:\/\/[^\s/?#]*@/g;
const PAIR_START = /[?&#;]([^\s?&#;="'<>]{1,128})=/g;
const VALUE_ENDS = ' \t\r\n&#;"\'<>';

const JSON_PAIR = /"([^"\\]{1,128})"\s{0,8}:\s{0,8}("(?:[^"\\]|\\.)*"|[^\s"{}[\],]+)/g;

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

/** Redacts the sensitive values of JSON that a text quotes. */
export function redactQuotedPairs(text: string, isSensitive: IsSensitiveName, known: KnownValues): string {
  return text.replace(JSON_PAIR, (pair: string, name: string, value: string) => {
    if (!isSensitive(name)) return pair;
    known.remember(value.startsWith('"') ? value.slice(1, -1) : value);
    return `${pair.slice(0, -value.length)}"${REDACTED}"`;
  });
}

/** Takes out the raw input that messages of the JSON parser and of the host's parameter parsing quote. */
export function removeQuotedInput(text: string, isSensitive: IsSensitiveName): string {
  return removeRefusedParameter(removeRefusedJson(text), isSensitive);
}

function removeRefusedJson(text: string): string {
  const end = text.indexOf(JSON_REFUSAL);
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
