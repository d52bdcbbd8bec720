import type { Context } from 'koa';
import { HttpError } from 'routing-controllers';
import { Account, Parcel, QuietError, Street, streamOf } from './canary-controller';
import type { TestApp } from './test-app';

/** One place where a secret can turn up. */
export interface CanaryPlace {
  /** Row of the table in docs/redaction.md. */
  readonly channel: string;
  readonly name: string;
  /** Which of the application's own functions tells the secret. */
  readonly hook?: CanaryHook;
  /** What the action does. */
  readonly act?: (canary: string, context: Context) => unknown;
  readonly request: (canary: string) => CanaryRequest;
  /** Even without redaction nothing of it is recorded. */
  readonly isNeverRead?: true;
  /** The answer quotes what was sent, and must leave the secret out as well. */
  readonly isAnswerClean?: true;
}

export type CanaryHook = 'onRequest' | 'onResponse' | 'onRecord' | 'annotate' | 'identify' | 'failing hooks';

export interface CanaryRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  /** The whole request, for what no client library sends. */
  readonly raw?: string;
}

type Make = (canary: string) => unknown;
type Act = NonNullable<CanaryPlace['act']>;
type Rest = Pick<CanaryPlace, 'isNeverRead' | 'isAnswerClean'>;

const NEVER_READ: Rest = { isNeverRead: true };
const CLEAN_ANSWER: Rest = { isAnswerClean: true };

const json = (path: string, body: unknown, headers: Record<string, string> = {}): CanaryRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const url = (name: string, path: Make, channel = 'query'): CanaryPlace => ({
  channel,
  name,
  request: canary => ({ path: String(path(canary)) }),
});

const header = (name: string, headers: (canary: string) => Record<string, string>, path = '/act'): CanaryPlace => ({
  channel: 'request headers',
  name,
  request: canary => ({ path, headers: headers(canary) }),
});

const typed = (name: string, body: Make): CanaryPlace => ({
  channel: 'typed bodies',
  name,
  request: canary => json('/account', body(canary)),
});

const untyped = (name: string, body: Make, rest: Rest = {}): CanaryPlace => ({
  channel: 'untyped bodies',
  name,
  request: canary => json('/any', body(canary)),
  ...rest,
});

const sent = (
  name: string,
  type: string,
  body: (canary: string) => string | FormData,
  rest: Rest = {},
): CanaryPlace => ({
  channel: 'other bodies',
  name,
  request: canary => ({
    method: 'POST',
    path: typeof body(canary) === 'string' ? '/any' : '/upload',
    headers: type === '' ? {} : { 'content-type': type },
    body: body(canary),
  }),
  ...rest,
});

const response = (name: string, act: Act, rest: Rest = {}): CanaryPlace => ({
  channel: 'responses',
  name,
  act,
  request: () => ({ path: '/act' }),
  ...rest,
});

const responseHeader = (name: string, headerName: string, value: (canary: string) => string): CanaryPlace => ({
  channel: 'response headers',
  name,
  act: (canary, context) => {
    context.set(headerName, value(canary));
    return {};
  },
  request: () => ({ path: '/act' }),
});

/** An error of an action whose request had the secret in a sensitive field. */
const error = (name: string, make: Make, rest: Rest = {}): CanaryPlace => ({
  channel: 'errors',
  name,
  act: canary => {
    throw make(canary);
  },
  request: canary => json('/account', { motto: canary }),
  ...rest,
});

const refused = (name: string, request: CanaryPlace['request'], rest: Rest = {}): CanaryPlace => ({
  channel: 'refused input',
  name,
  request,
  ...rest,
});

/** The secret is that of the request, too: what a hook tells of a user has no name that a rule could know. */
const hook = (name: string, which: CanaryHook, rest: Rest = {}): CanaryPlace => ({
  channel: 'hooks',
  name,
  hook: which,
  request: canary => ({ path: '/act', headers: { authorization: `Bearer ${canary}` } }),
  ...rest,
});

const street = (lane: string): Street => Object.assign(new Street(), { lane, town: 'Bath' });
const account = (values: Partial<Account>): Account => Object.assign(new Account(), values);

function upload(field: string, content: string): FormData {
  const body = new FormData();
  body.set('title', 'harmless');
  if (field === 'photo') body.set('photo', new Blob([content], { type: 'image/png' }), 'cat.png');
  else body.set(field, content);
  return body;
}

/** Every place that the documentation promises something of. */
export const CANARY_PLACES: readonly CanaryPlace[] = [
  header('Authorization: Bearer', canary => ({ authorization: `Bearer ${canary}` })),
  header('Authorization of an unknown scheme', canary => ({ authorization: canary })),
  header('Proxy-Authorization', canary => ({ 'proxy-authorization': `Basic ${canary}` })),
  header('X-Api-Key', canary => ({ 'x-api-key': canary })),
  header('a name that ends like a listed one', canary => ({ 'x-acme-auth-token': canary })),
  header('a marked @HeaderParam', canary => ({ 'x-handle': canary }), '/header'),
  header('a session cookie', canary => ({ cookie: `sid=${canary}` })),
  header('a cookie of any name', canary => ({ cookie: `theme=dark; lang=${canary}` })),
  header('a cookie without a name', canary => ({ cookie: canary })),
  header('a marked @CookieParam', canary => ({ cookie: `handle=${canary}` }), '/cookie'),
  header('query of the Referer', canary => ({ referer: `https://shop.example/reset?token=${canary}&page=1` })),
  header('fragment of the Referer', canary => ({ referer: `https://shop.example/#access_token=${canary}` })),
  header('password in the Referer', canary => ({ referer: `https://me:${canary}@shop.example/` })),
  header('User-Agent that repeats a credential', canary => ({
    'user-agent': `bot/1 ${canary}`,
    authorization: `Bearer ${canary}`,
  })),

  url('a listed name', canary => `/act?token=${canary}`),
  url('a listed name in another spelling', canary => `/act?New-Pass%77ord_2=${canary}`),
  url('a name that comes twice', canary => `/act?api_key=1&api_key=${canary}`),
  url('a bracketed name', canary => `/act?user[password]=${canary}`),
  url('a marked @QueryParam', canary => `/query?handle=${canary}`),
  url('a marked property of a @QueryParams class', canary => `/search?nickname=${canary}`),
  url('a marked property of an object sent as JSON', canary => {
    return `/filter?filter=${encodeURIComponent(JSON.stringify({ nickname: canary }))}`;
  }),
  url('of a request that no route takes', canary => `/nowhere?token=${canary}`),
  url('a marked @Param', canary => `/people/${canary}`, 'path'),
  url('a marked @Param that is sent encoded', canary => `/people/a%2B${canary}`, 'path'),
  url('a @Param of a listed name', canary => `/reset/${canary}`, 'path'),
  {
    channel: 'path',
    name: 'password in an absolute target',
    request: canary => ({ path: '', raw: `GET http://me:${canary}@shop/canary/act HTTP/1.0\r\n\r\n` }),
    isNeverRead: true,
  },

  typed('a marked property', canary => ({ motto: canary })),
  typed('a marked property that holds an object', canary => ({ motto: { deep: [{ in: [canary] }] } })),
  typed('an inherited mark', canary => ({ nickname: canary })),
  typed('a mark inherited by a class without marks', canary => ({ guest: { alias: canary } })),
  typed('a property under its exposed name', canary => ({ wireMotto: canary })),
  typed('mode mask', canary => ({ masked: canary })),
  typed('mode hash', canary => ({ hashed: canary })),
  typed('mode remove', canary => ({ removed: canary })),
  typed('a redaction function that throws', canary => ({ odd: canary })),
  typed('a nested class', canary => ({ street: { lane: canary } })),
  typed('elements of a list', canary => ({ streets: [{ town: 'x' }, { lane: canary }] })),
  typed('elements of a list of lists', canary => ({ grid: [[], [{ lane: canary }]] })),
  typed('members of a map', canary => ({ byTown: { Bath: { lane: canary } } })),
  typed('elements of a set', canary => ({ visited: [{ lane: canary }] })),
  typed('a class that refers to itself', canary => ({ parent: { parent: { motto: canary } } })),
  typed('a class that is marked as a whole', canary => ({ parcel: { content: canary } })),
  typed('a sub type told by its discriminator', canary => ({ pet: { kind: 'dog', bark: canary } })),
  typed('a sub type that is marked as a whole', canary => ({ pet: { kind: 'wolf', howl: canary } })),
  typed('a sub type that is not told', canary => ({ pet: { kind: 'fox', howl: canary } })),
  typed('a key that the class does not declare', canary => ({ newPassword: canary })),
  typed('an object of no class inside', canary => ({ anything: { client_secret: canary } })),
  { channel: 'typed bodies', name: 'a list as the body', request: canary => json('/accounts', [{ motto: canary }]) },
  { channel: 'typed bodies', name: 'a marked @Body', request: canary => json('/parcel', { content: canary }) },

  untyped('a listed name', canary => ({ user: { Pass_Word: canary } })),
  untyped('a listed name that holds a list', canary => ({ tokens: [{ a: canary }] })),
  untyped('a name that another class marks', canary => ({ motto: canary })),
  untyped('JSON inside a text', canary => ({ payload: JSON.stringify({ password: canary }) })),
  untyped('an own __proto__ key', canary => `{"a":{"__proto__":{"password":"${canary}"}}}`, NEVER_READ),
  untyped('deeper than is recorded', canary => deep({ password: canary }), NEVER_READ),

  sent('a form', 'application/x-www-form-urlencoded', canary => `name=Ann&password=${canary}`),
  sent('a nested form', 'application/x-www-form-urlencoded', canary => `user[name]=Ann&user[pin]=${canary}`),
  sent('content of an upload', '', canary => upload('photo', canary), NEVER_READ),
  sent('field of an upload', '', canary => upload('description', canary), NEVER_READ),
  sent('plain text', 'text/plain', canary => `password is ${canary}`, NEVER_READ),
  sent('XML', 'application/xml', canary => `<password>${canary}</password>`, NEVER_READ),
  sent('bytes', 'application/octet-stream', canary => `\u0001${canary}`, NEVER_READ),
  sent('a body larger than is recorded', 'application/json', canary => tooLarge(canary), NEVER_READ),

  response('an object of a marked class', canary => account({ motto: canary })),
  response('objects in a page', canary => ({ total: 1, items: [account({ street: street(canary) })] })),
  response('objects in a map', canary => new Map([['Bath', street(canary)]])),
  response('an object of a class that is marked as a whole', canary => ({
    it: Object.assign(new Parcel(), { content: canary }),
  })),
  response('a marked class where none is declared', canary => account({ anything: [street(canary)] })),
  response('a property under its exposed name', canary => account({ renamed: canary })),
  response('no class, a listed name', canary => ({ accessToken: canary })),
  response('plain text', (canary, context) => Object.assign(context, { body: `token ${canary}` }), NEVER_READ),
  response(
    'JSON that cannot be parsed',
    (canary, context) => Object.assign(context, { type: 'json', body: `{"token":"${canary}"` }),
    NEVER_READ,
  ),
  response('a stream', canary => streamOf(canary), NEVER_READ),
  response('bytes', canary => Buffer.from(canary), NEVER_READ),
  responseHeader('Set-Cookie', 'set-cookie', canary => `sid=${canary}; Path=/; HttpOnly`),
  responseHeader('Location', 'location', canary => `https://me.example/cb?code=1&id_token=${canary}`),
  responseHeader('a name that ends like a listed one', 'x-csrf-token', canary => canary),

  error('message', canary => new Error(`bad motto ${canary}`)),
  error('message that quotes JSON', canary => new Error(JSON.stringify({ motto: canary }))),
  error('name', canary => Object.assign(new Error('x'), { name: `Bad ${canary}` })),
  error('code', canary => Object.assign(new Error('x'), { code: canary })),
  error('stack', canary => Object.assign(new Error('x'), { stack: `Error: ${canary}\n    at x (x.js:1:1)` })),
  error('cause', canary => new Error('outer', { cause: new Error(canary) })),
  error('cause of a cause', canary => new Error('a', { cause: new Error('b', { cause: new Error(canary) }) })),
  error('parts of an AggregateError', canary => new AggregateError([new Error(canary)], 'several')),
  error('HttpError', canary => new HttpError(418, `not with ${canary}`)),
  {
    channel: 'errors',
    name: 'other properties',
    act: canary => {
      throw Object.assign(new RangeError('x'), { toJSON: () => ({}), body: canary, config: { headers: { canary } } });
    },
    request: () => ({ path: '/act' }),
    isNeverRead: true,
  },
  {
    channel: 'errors',
    name: 'thrown things that are no errors',
    act: canary => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw new (class Refusal {
        readonly reason = { canary };
        toJSON() {
          return {};
        }
      })();
    },
    request: () => ({ path: '/act' }),
    isNeverRead: true,
  },
  {
    channel: 'errors',
    name: 'text that JSON.parse refused',
    act: canary => parseQuietly(canary),
    request: () => ({ path: '/act' }),
  },
  {
    channel: 'errors',
    name: 'text that JSON.parse refused, in the answer too',
    act: canary => JSON.parse(canary) as unknown,
    request: () => ({ path: '/act' }),
  },
  {
    channel: 'errors',
    name: 'connection string in a message',
    act: canary => {
      throw new Error(`connect ECONNREFUSED mongodb://me:${canary}@db:27017/shop`);
    },
    request: () => ({ path: '/act' }),
  },
  {
    channel: 'errors',
    name: 'URL in a message',
    act: canary => {
      throw new Error(`GET https://pay.example/v1?api_key=${canary}&page=2 failed`);
    },
    request: () => ({ path: '/act' }),
  },

  refused('value and target of a validation', canary => json('/strict', { words: canary }), CLEAN_ANSWER),
  refused(
    'value and target of a nested validation',
    canary => json('/strict', { phrases: [{ words: canary }] }),
    CLEAN_ANSWER,
  ),
  refused('a parameter that is no number', canary => ({ path: `/count?count=${canary}` })),
  refused('a parameter that is broken JSON', canary => ({ path: `/filter?filter={${canary}` })),
  refused('URL of a request that lacks a parameter', canary => ({ path: `/page?token=${canary}` })),
  refused('URL of a request without authorization', canary => ({ path: `/members?token=${canary}` })),
  refused('malformed JSON', canary => json('/any', `{"password":"${canary}"`), NEVER_READ),
  refused('malformed JSON of a typed body', canary => json('/account', `{"motto": ${canary}}`), NEVER_READ),

  hook('attributes of onRequest', 'onRequest'),
  hook('attributes of onResponse', 'onResponse'),
  hook('attributes of onRecord', 'onRecord'),
  hook('attributes of annotate()', 'annotate'),
  hook('user of identify', 'identify'),
  hook('errors of hooks', 'failing hooks'),
];

function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (refusal) {
    throw new QuietError((refusal as Error).message);
  }
}

function deep(inside: object): object {
  let tree = inside;
  for (let level = 0; level < 80; level++) tree = { level: tree };
  return tree;
}

function tooLarge(canary: string): string {
  return JSON.stringify({ filler: 'x'.repeat(70_000), password: canary });
}

/** What crossed the wire. */
export interface CanaryExchange {
  readonly sent: string;
  readonly answer: string;
}

/** Sends the request of a place. */
export async function sendCanary(app: TestApp, { request }: CanaryPlace, canary: string): Promise<CanaryExchange> {
  const { method = 'GET', path, headers = {}, body, raw } = request(canary);
  if (raw !== undefined) return { sent: raw, answer: await app.raw(raw) };
  const target = path.startsWith('/nowhere') ? path : `/canary${path}`;
  const answered = await app.fetch(target, { method, headers, ...(body !== undefined && { body }) });
  const answer = [JSON.stringify([...answered.headers]), await answered.text()].join();
  return { sent: [target, JSON.stringify(headers), await textOf(body)].join('\n'), answer };
}

async function textOf(body: CanaryRequest['body']): Promise<string> {
  if (!(body instanceof FormData)) return body ?? '';
  const parts = [...body.values()].map(async part => (typeof part === 'string' ? part : part.text()));
  return (await Promise.all(parts)).join();
}
