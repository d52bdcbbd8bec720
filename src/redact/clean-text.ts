import { unescape as decodeQueryText } from 'node:querystring';
import { REDACTED } from './markers';
import type { IsSensitiveName } from './free-texts';
import type { KnownValues } from './known-values';

// All patterns are linear: none of their repeated parts can match what follows it, and a literal starts each.
const USER_INFO = /:\/\/[^\s/?#]*@/g;
const PAIR = /([?&#;])([^\s?&#;="'<>]{1,128})=([^\s&#;"'<>]+)/g;

const JSON_PAIR = /"([^"\\]{1,128})"\s{0,8}:\s{0,8}("(?:[^"\\]|\\.)*"|[^\s"{}[\],]+)/g;

const JSON_REFUSAL = ' is not valid JSON';
const PARAMETER_REFUSAL = /Given parameter (\S{1,128}) is invalid\. Value \(/;
const PARAMETER_REFUSAL_END = ') cannot be parsed into ';

/** Redacts what a URL anywhere in a text carries: user and password, and sensitive pairs of its query or fragment. */
export function redactUrls(text: string, isSensitive: IsSensitiveName, known: KnownValues): string {
  const withoutUser = text.includes('://') ? redactUserInfo(text, known) : text;
  if (!withoutUser.includes('=')) return withoutUser;
  return withoutUser.replace(PAIR, (pair: string, separator: string, name: string, value: string) => {
    if (!isSensitive(decodeQueryText(name))) return pair;
    known.remember(value);
    return `${separator}${name}=${REDACTED}`;
  });
}

function redactUserInfo(text: string, known: KnownValues): string {
  return text.replace(USER_INFO, found => {
    const password = found.indexOf(':', 1);
    if (password !== -1) known.remember(found.slice(password + 1, -1));
    return `://${REDACTED}@`;
  });
}

/** Redacts the sensitive values of JSON that a text quotes. */
export function redactPairs(text: string, isSensitive: IsSensitiveName, known: KnownValues): string {
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
