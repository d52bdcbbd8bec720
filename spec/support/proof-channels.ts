import { parse as parseForm, stringify as formText } from 'qs';
import type { JsonValue } from '../../src/record/json-value';
import type { Chance } from './chance';
import type { DtoGraph } from './dto-graphs';
import { DtoValues, ROOT, under } from './dto-values';
import { type JsonPath, MarkedValues } from './marked-values';
import { LISTED, MARKED, PLAIN } from './neutral-names';
import { type Given, PARAMETERS } from './proof-controller';

interface Request {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What the application's hooks add to the record of one request. */
export interface HookAttributes {
  readonly onRequest: Readonly<Record<string, JsonValue>>;
  readonly onRecord: Readonly<Record<string, JsonValue>>;
}

/** What must be true of the record of a request. */
export interface Expectation {
  readonly request: Request;
  readonly values: MarkedValues;
  /** The body as the host reads it. */
  readonly sentBody?: JsonValue;
  /** An object in the query. */
  readonly sentFilter?: JsonValue;
  readonly hiddenInRequest?: readonly JsonPath[];
  readonly hiddenInResponse?: readonly JsonPath[];
  readonly attributes?: HookAttributes;
  readonly hiddenInAttributes?: readonly JsonPath[];
  /** Values outside of bodies, by their place in the record. */
  readonly kept?: Readonly<Record<string, string>>;
  /** Texts too short to be looked for anywhere else than at their place in the record. */
  readonly gone?: Readonly<Record<string, string>>;
  /** The answer quotes the input without what is sensitive in it. */
  readonly isAnswerClean?: true;
  /** The answer was not made by the host, and may be no JSON. */
  readonly isAnswerRaw?: true;
}

const HOST_FORM = { allowDots: true };
// Of these so many are known by value that each is found in a message.
const MAX_QUOTED_SECRETS = 24;

/** Makes one random request by one of the ways that values take. */
type Channel = (graph: DtoGraph, given: Given, chance: Chance) => Expectation;

const json = (path: string, tree: JsonValue): Request => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(tree),
});

const form = (path: string, text: string): Request => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: text,
});

const echo: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  const tree = dtos.sent(graph.root);
  const hidden = dtos.hidden;
  return { request: json('/echo', tree), values, sentBody: tree, hiddenInRequest: hidden, hiddenInResponse: hidden };
};

// The response says nothing, so that what is sent may be odder: names that only other classes mark, values that do not
// tell their class.
const take: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance, { undeclared: [...LISTED, ...MARKED], hasUntold: true });
  const isList = chance.isLucky(2);
  const tree = isList ? dtos.severalSent(graph.root) : dtos.sent(graph.root);
  return { request: json('/take', tree), values, sentBody: tree, hiddenInRequest: dtos.hidden };
};

const untyped: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  const tree = dtos.untyped();
  const { hidden } = dtos;
  return { request: json('/untyped', tree), values, sentBody: tree, hiddenInRequest: hidden, hiddenInResponse: hidden };
};

// A form leaves out empty lists, so that what follows moves up: paths of before would not hold.
const asForm: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance, Infinity, [null]);
  const dtos = new DtoValues(graph, values, chance, { hasJsonTexts: false });
  const isTyped = chance.isLucky(2);
  const text = formText(isTyped ? dtos.sent(graph.flat) : dtos.untyped());
  const sentBody = parseForm(text, HOST_FORM) as JsonValue;
  return { request: form(isTyped ? '/flat' : '/untyped', text), values, sentBody };
};

const live: Channel = (graph, given, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  given.live = dtos.wrapped();
  return { request: { path: '/live' }, values, hiddenInResponse: dtos.hidden };
};

/** What the application sends past the host: texts that cannot be understood, whatever their type says. */
const raw: Channel = (graph, given, chance) => {
  const values = new MarkedValues(chance);
  const type = chance.oneOf(['application/json', 'application/problem+json', 'text/plain', 'text/html']);
  const text = type.endsWith('json')
    ? JSON.stringify(new DtoValues(graph, values, chance).untyped()).slice(0, -1)
    : `Keep this to yourself: ${values.text(true)}`;
  given.raw = { type, body: text };
  return { request: { path: '/raw' }, values, isAnswerRaw: true };
};

/** What hooks add while the request is open, and when its record is made. */
const hooks: Channel = (graph, given, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  const [early, late] = [PLAIN[0]!, PLAIN[1]!];
  const attributes: HookAttributes = {
    onRequest: { [early]: dtos.untyped(under(ROOT, early)) },
    onRecord: { [late]: dtos.untyped(under(ROOT, late)) },
  };
  given.live = {};
  return { request: { path: '/live' }, values, attributes, hiddenInAttributes: dtos.hidden };
};

const strict: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  const tree = dtos.sent(graph.root);
  return {
    request: json('/strict', tree),
    values,
    sentBody: tree,
    hiddenInRequest: dtos.hidden,
    isAnswerClean: true,
  };
};

const fail: Channel = (graph, given, chance) => {
  const values = new MarkedValues(chance, MAX_QUOTED_SECRETS);
  const dtos = new DtoValues(graph, values, chance);
  const tree = dtos.sent(graph.root);
  given.error = quotingError(values, chance);
  return { request: json('/fail', tree), values, sentBody: tree, hiddenInRequest: dtos.hidden };
};

const broken: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const text = JSON.stringify(new DtoValues(graph, values, chance).sent(graph.root));
  const damaged = chance.isLucky(2) ? text.slice(0, -1) : text.replace(/"(?=[^"]*$)/, '');
  return { request: { ...json('/take', {}), body: damaged }, values };
};

const find: Channel = (_graph, given, chance) => {
  const values = new MarkedValues(chance);
  const [openPath, openQuery] = [values.text(false)!, values.text(false)!];
  const [openHeader, openCookie] = [values.core(false), values.core(false)];
  const query = new URLSearchParams([
    [PARAMETERS.openQuery, openQuery],
    [PARAMETERS.secretQuery, values.text(true)!],
    [chance.oneOf([...LISTED, ...MARKED]), values.text(true)!],
  ]);
  // So short that it is known by its place alone.
  const pin = chance.isLucky(3) ? String(100 + chance.below(900)) : undefined;
  const shortCookie = chance.oneOf(PLAIN.slice(0, 10));
  const path = [openPath, pin ?? values.text(true)!].map(encodeURIComponent).join('/');
  if (chance.isLucky(3)) given.error = quotingError(values, chance);
  return {
    request: {
      path: `/find/${path}?${query.toString()}`,
      headers: {
        [PARAMETERS.openHeader]: openHeader,
        [PARAMETERS.secretHeader]: values.core(true),
        [chance.oneOf(['authorization', 'x-api-key', 'proxy-authorization'])]: `Bearer ${values.core(true)}`,
        referer: `https://example.org/?${chance.oneOf(LISTED)}=${values.core(true)}&a=b`,
        cookie: [
          `${PARAMETERS.openCookie}=${openCookie}`,
          `${PARAMETERS.secretCookie}=${values.core(true)}`,
          `${chance.oneOf(LISTED)}=${values.core(true)}`,
          `${shortCookie}=on7`,
        ].join('; '),
      },
    },
    values,
    kept: {
      [`request/params/${PARAMETERS.openPath}`]: openPath,
      [`request/query/${PARAMETERS.openQuery}`]: openQuery,
      [`request/headers/${PARAMETERS.openHeader.toLowerCase()}`]: openHeader,
    },
    gone: {
      'request/headers/cookie': `${shortCookie}=on7`,
      ...(pin !== undefined && { 'request/path': `/${pin}`, [`request/params/${PARAMETERS.secretPath}`]: pin }),
    },
  };
};

const search: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  const tree = textsOf(dtos.sent(graph.flat));
  const kept = keptTexts('query', tree, values, dtos.hidden);
  return { request: { path: `/search?${formText(tree)}` }, values, kept };
};

/** An object that travels as JSON in a query; what cannot be read is quoted by the host's error. */
const filter: Channel = (graph, _, chance) => {
  const values = new MarkedValues(chance);
  const dtos = new DtoValues(graph, values, chance);
  const tree = dtos.sent(graph.flat);
  const text = JSON.stringify(tree);
  const isBroken = chance.isLucky(3);
  return {
    request: { path: `/filter?${PARAMETERS.filter}=${encodeURIComponent(isBroken ? text.slice(0, -1) : text)}` },
    values,
    ...(!isBroken && { sentFilter: tree, hiddenInRequest: dtos.hidden }),
  };
};

/** The host quotes a parameter that is no number. */
const count: Channel = (_graph, _given, chance) => {
  const values = new MarkedValues(chance);
  return { request: { path: `/count?${PARAMETERS.secretCount}=${encodeURIComponent(values.text(true)!)}` }, values };
};

export const CHANNELS: readonly Channel[] = [
  ...[echo, echo, echo, take, take, untyped, asForm, live, live, live, strict, fail, broken],
  ...[find, find, search, filter, count, raw, hooks],
];

/** An error that says what its thrower knew, in the ways that errors do. */
function quotingError(values: MarkedValues, chance: Chance): Error {
  const { secretTexts } = values;
  const quoted = () => (secretTexts.length === 0 ? 'nothing' : chance.oneOf(secretTexts));
  const message = `refused ${quoted()}, told as ${JSON.stringify({ was: quoted() })}`;
  switch (chance.below(5)) {
    case 0:
      return new Error(message);
    case 4:
      // Of nothing that the exchange carries: only the parser's words tell what is input.
      return refusalOf(values.core(true));
    case 1:
      return new Error('outer', { cause: new TypeError(message, { cause: new Error(quoted()) }) });
    case 2:
      return new AggregateError([new Error(quoted()), new Error(message)], 'several');
    default:
      return Object.assign(new Error(message), { code: quoted(), body: quoted(), name: `Failed: ${quoted()}` });
  }
}

function refusalOf(text: string): Error {
  try {
    JSON.parse(text);
  } catch (refusal) {
    return refusal as Error;
  }
  throw new Error(`${text} is JSON`);
}

function textsOf(tree: Readonly<Record<string, JsonValue>>): Record<string, string> {
  const texts = Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' || typeof value === 'number' ? [[key, String(value)]] : [],
  );
  return Object.fromEntries(texts);
}

/** @param hidden of the object that the texts are made of: a secret that says nothing can be told by its place alone. */
function keptTexts(
  part: string,
  texts: Readonly<Record<string, string>>,
  { secrets }: MarkedValues,
  hidden: readonly JsonPath[] = [],
) {
  const hiddenNames = new Set(hidden.map(([name]) => name));
  return Object.fromEntries(
    Object.entries(texts)
      .filter(([name]) => !hiddenNames.has(name))
      .filter(([, text]) => !secrets.some(secret => text.includes(secret)) && !['0', '1'].includes(text))
      .map(([name, text]) => [`request/${part}/${name}`, text]),
  );
}
