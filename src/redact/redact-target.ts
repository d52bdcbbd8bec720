import { unescape as decodeQueryText } from 'node:querystring';
import type { JsonObject, JsonValue } from '../record/json-value';
import { redactUrls } from './clean-text';
import { REDACTED } from './markers';
import type { Plan } from './plan';
import type { RedactionNotes } from './redaction-notes';
import { setOwn } from '../record/set-own';
import { Walk, type WalkRules } from './walk';

const MAX_QUERY_PAIRS = 1_000;
const ORIGIN = /^[a-z][a-z0-9+.-]{0,30}:\/\/[^/?#]*/i;

/** Path and query of a request target. A proxy's absolute form loses its origin, which can hold a password. */
export function splitTarget(url: string): { readonly path: string; readonly query: string } {
  const target = url.startsWith('/') ? url : url.replace(ORIGIN, '');
  const fragmentAt = target.indexOf('#');
  const beforeFragment = fragmentAt === -1 ? target : target.slice(0, fragmentAt);
  const at = beforeFragment.indexOf('?');
  if (at === -1) return { path: beforeFragment, query: '' };
  return { path: beforeFragment.slice(0, at), query: beforeFragment.slice(at + 1) };
}

/** The query as an object, by name; a name that comes again makes an array. */
export function redactQuery(query: string, plan: Plan | null, rules: WalkRules, notes: RedactionNotes): JsonObject {
  if (query === '') return {};
  const values: JsonObject = Object.create(null) as JsonObject;
  for (const pair of query.split('&', MAX_QUERY_PAIRS)) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at === -1 ? pair : pair.slice(0, at));
    const value = at === -1 ? '' : decode(pair.slice(at + 1));
    const known = values[name];
    if (known === undefined) values[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else values[name] = [known, value];
  }
  const redacted = new Walk(rules, notes, { direction: 'request' }).runMembers(values, 'request.query', plan);
  // Texts that no parameter declares were cleaned on the way.
  return plan === null ? { ...redacted } : withoutUrlSecrets(redacted, rules, notes);
}

/** `?redirect=https://shop/?token=…`: what is harmless by its name may be a URL that is not. */
function withoutUrlSecrets(query: JsonObject, { names }: WalkRules, notes: RedactionNotes): JsonObject {
  if (names.isDisabled) return query;
  const cleaned: JsonObject = {};
  for (const key of Object.keys(query)) {
    const value = query[key]!;
    const clean = (text: JsonValue): JsonValue => {
      if (typeof text !== 'string') return text;
      const withoutSecrets = redactUrls(text, name => names.isSensitive(name), notes.known);
      if (withoutSecrets !== text) notes.note(null, `request.query.${key}`, 'redact');
      return withoutSecrets;
    };
    cleaned[key] = Array.isArray(value) ? value.map(clean) : clean(value);
  }
  return cleaned;
}

/** The path parameters, and the path without what is sensitive in them. */
export function redactPath(
  path: string,
  params: Readonly<Record<string, string>>,
  plan: Plan | null,
  rules: WalkRules,
  notes: RedactionNotes,
): { readonly path: string; readonly params: JsonObject } {
  const names = Object.keys(params);
  const redacted = redactParams(names, params, plan, rules, notes);
  let cleaned = path;
  for (const name of names) {
    const value = params[name]!;
    const recorded = redacted[rules.names.verdictOf(name).key];
    if (value === '' || recorded === value) continue;
    cleaned = replaceInPath(cleaned, value, recorded);
  }
  if (cleaned !== path) notes.note(null, 'request.path', 'redact');
  return { path: rules.texts.clean(cleaned, notes, null, 'request.path'), params: redacted };
}

function redactParams(
  names: readonly string[],
  params: Readonly<Record<string, string>>,
  plan: Plan | null,
  rules: WalkRules,
  notes: RedactionNotes,
): JsonObject {
  const copy: JsonObject = {};
  if (names.length === 0) return copy;
  for (const name of names) setOwn(copy, name, params[name]!);
  return new Walk(rules, notes, { direction: 'request' }).runMembers(copy, 'request.params', plan);
}

function replaceInPath(path: string, value: string, recorded: JsonValue | undefined): string {
  const replacement = typeof recorded === 'string' ? recorded : REDACTED;
  const segments = path.split('/');
  const isWhole = segments.some(segment => isSegment(segment, value));
  const replaced = segments.map(segment => {
    if (isSegment(segment, value)) return replacement;
    // `/files/:name.pdf`: the parameter is a part of a segment, and of no other as a whole.
    return isWhole ? segment : replacePart(segment, value, replacement);
  });
  // A wildcard parameter spans segments.
  return value.includes('/') && !isWhole ? replacePart(path, value, replacement) : replaced.join('/');
}

function isSegment(segment: string, value: string): boolean {
  return segment === value || decodeQueryText(segment) === value;
}

function replacePart(text: string, value: string, replacement: string): string {
  if (text.includes(value)) return text.replaceAll(value, () => replacement);
  const decoded = decodeQueryText(text);
  return decoded.includes(value) ? decoded.replaceAll(value, () => replacement) : text;
}

/** Never throws: an invalid escape stays as it is. */
function decode(text: string): string {
  return decodeQueryText(text.replaceAll('+', ' '));
}
