import { type CanaryPlace, channel, json, type Make, NEVER_READ, place, type Rest } from './canary-place';

const header = (name: string, headers: Make<Record<string, string>>, path = '/act') =>
  place(name, canary => ({ path, headers: headers(canary) }));

const url = (name: string, path: Make<string>) => place(name, canary => ({ path: path(canary) }));

const typed = (name: string, body: Make<unknown>, rest?: Rest) =>
  place(name, canary => json('/account', body(canary)), rest);

const untyped = (name: string, body: Make<unknown>, rest?: Rest) =>
  place(name, canary => json('/any', body(canary)), rest);

const sent = (name: string, type: string, body: Make<string>, rest?: Rest) =>
  place(
    name,
    canary => ({ method: 'POST', path: '/any', headers: { 'content-type': type }, body: body(canary) }),
    rest,
  );

const upload = (name: string, fill: (form: FormData, canary: string) => void, rest?: Rest) =>
  place(
    name,
    canary => {
      const body = new FormData();
      body.set('title', 'harmless');
      fill(body, canary);
      return { method: 'POST', path: '/upload', body };
    },
    rest,
  );

const png = (content: string) => new Blob([content], { type: 'image/png' });
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Secrets that come with a request. */
export const REQUEST_PLACES: readonly CanaryPlace[] = [
  ...channel(
    'request headers',
    header('Authorization: Bearer', canary => ({ authorization: `Bearer ${canary}` })),
    header('Authorization: Basic', canary => ({ authorization: `Basic ${base64(`me:${canary}`)}`, 'x-me': canary })),
    header('Authorization of an unknown scheme', canary => ({ authorization: canary })),
    header('Proxy-Authorization', canary => ({ 'proxy-authorization': `Basic ${canary}` })),
    header('X-Api-Key', canary => ({ 'x-api-key': canary })),
    header('a name that ends like a listed one', canary => ({ 'x-acme-auth-token': canary })),
    header('a marked @HeaderParam', canary => ({ 'x-handle': canary }), '/header'),
    header('query of the Referer', canary => ({ referer: `https://shop.example/reset?token=${canary}&page=1` })),
    header('fragment of the Referer', canary => ({ referer: `https://shop.example/#access_token=${canary}` })),
    header('password in the Referer', canary => ({ referer: `https://me:${canary}@shop.example/` })),
    header('an address that a proxy passes on', canary => ({ 'x-forwarded-uri': `/a?token=${canary}` })),
  ),
  ...channel(
    'the user agent',
    header('that repeats a credential', canary => ({
      'user-agent': `bot/1 ${canary}`,
      authorization: `Bearer ${canary}`,
    })),
    header('with a credential of its own', canary => ({ 'user-agent': `bot/1 (Bearer ${canary})` })),
    header('with an address', canary => ({ 'user-agent': `bot/1 (+https://bot.example/?api_key=${canary})` })),
  ),
  ...channel(
    'the request id',
    header('that repeats a credential', canary => ({ 'x-request-id': canary, authorization: `Bearer ${canary}` })),
    header('that repeats what the user agent tells', canary => ({
      'x-request-id': canary,
      'user-agent': `bot/1 (Bearer ${canary})`,
    })),
  ),
  ...channel(
    'cookies',
    header('a session', canary => ({ cookie: `sid=${canary}` })),
    header('of any name', canary => ({ cookie: `theme=dark; lang=${canary}` })),
    header('without a name', canary => ({ cookie: canary })),
    header('a marked @CookieParam', canary => ({ cookie: `handle=${canary}` }), '/cookie'),
  ),
  ...channel(
    'the query',
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
  ),
  ...channel(
    'path parameters',
    url('a marked @Param', canary => `/people/${canary}`),
    url('a marked @Param that is sent encoded', canary => `/people/a%2B${canary}`),
    url('a @Param of a listed name', canary => `/reset/${canary}`),
    place(
      'password in an absolute target',
      canary => ({ path: '', raw: `GET http://me:${canary}@shop/canary/act HTTP/1.0\r\n\r\n` }),
      NEVER_READ,
    ),
  ),
  ...channel(
    'typed bodies',
    typed('a marked property', canary => ({ motto: canary })),
    typed('a marked property that holds an object', canary => ({ motto: { deep: [{ in: [canary] }] } })),
    typed('an inherited mark', canary => ({ nickname: canary })),
    typed('a mark inherited by a class without marks', canary => ({ guest: { alias: canary } })),
    typed('a property under its exposed name', canary => ({ wireMotto: canary })),
    typed('mode mask', canary => ({ masked: canary })),
    typed('mode hash', canary => ({ hashed: canary })),
    typed('mode encrypt', canary => ({ sealed: canary })),
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
    place('a list as the body', canary => json('/accounts', [{ motto: canary }])),
    place('a marked @Body', canary => json('/parcel', { content: canary })),
  ),
  ...channel(
    'untyped bodies',
    untyped('a listed name', canary => ({ user: { Pass_Word: canary } })),
    untyped('a listed name that holds a list', canary => ({ tokens: [{ a: canary }] })),
    untyped('a name with letters that only look Latin', canary => ({ 'p\u0430ssw\u043erd': canary })),
    untyped('a name that another class marks', canary => ({ motto: canary })),
    untyped('an own __proto__ key', canary => `{"a":{"__proto__":{"password":"${canary}"}}}`, NEVER_READ),
  ),
  ...channel(
    'JSON in texts',
    untyped('of an untyped body', canary => ({ payload: JSON.stringify({ password: canary }) })),
    untyped('inside such a text', canary => ({ a: JSON.stringify({ b: JSON.stringify({ password: canary }) }) })),
    untyped('three texts deep', canary => ({
      a: JSON.stringify({ b: JSON.stringify({ c: JSON.stringify({ x: canary }) }) }),
    })),
    untyped('that is broken', canary => ({ payload: `{"password":"${canary}"` })),
    typed('of a typed body', canary => ({ anything: JSON.stringify([{ password: canary }]) })),
    url('of a query', canary => `/act?filter=${encodeURIComponent(JSON.stringify({ pin: canary }))}`),
    header('of a header', canary => ({ 'x-filter': JSON.stringify({ pin: canary }) })),
  ),
  ...channel(
    'forms',
    sent('a listed name', 'application/x-www-form-urlencoded', canary => `name=Ann&password=${canary}`),
    sent('a bracketed name', 'application/x-www-form-urlencoded', canary => `user[name]=Ann&user[pin]=${canary}`),
    sent('a dotted name', 'application/x-www-form-urlencoded', canary => `user.name=Ann&user.pin=${canary}`),
  ),
  ...channel(
    'multipart bodies',
    upload('content of a file', (form, canary) => form.set('photo', png(canary), 'cat.png'), NEVER_READ),
    upload('a field', (form, canary) => form.set('description', canary), NEVER_READ),
    upload('a file name that repeats a sensitive field', (form, canary) => {
      form.set('password', canary);
      form.set('photo', png('x'), `${canary}.png`);
    }),
    upload('a file name with a credential', (form, canary) => form.set('photo', png('x'), `Bearer ${canary}`)),
  ),
  ...channel(
    'bodies of other types',
    sent('plain text', 'text/plain', canary => `password is ${canary}`, NEVER_READ),
    sent('XML', 'application/xml', canary => `<password>${canary}</password>`, NEVER_READ),
    sent('bytes', 'application/octet-stream', canary => `\u0001${canary}`, NEVER_READ),
  ),
  ...channel(
    'malformed JSON',
    untyped('of an untyped body', canary => `{"password":"${canary}"`, NEVER_READ),
    typed('of a typed body', canary => `{"motto": ${canary}}`, NEVER_READ),
  ),
  ...channel(
    'bodies beyond a budget',
    untyped('more bytes than are read', canary => ({ filler: 'x'.repeat(70_000), password: canary }), NEVER_READ),
    untyped('more levels than are recorded', canary => deep({ password: canary }), NEVER_READ),
    untyped('more members than are recorded', canary => ({ a: Array(10_000).fill(1), b: { pin: canary } }), NEVER_READ),
    untyped('a text that is cut inside the secret', canary => ({
      password: canary,
      note: 'x'.repeat(8_192 - 4) + canary,
    })),
  ),
  ...channel(
    'known values',
    untyped('in another text', canary => ({ password: canary, note: `I am ${canary}` })),
    untyped('in base64', canary => ({ password: canary, note: base64(`>>${canary}<<`) })),
    untyped('with the escapes of URLs', canary => ({
      password: `${canary}/ä`,
      next: encodeURIComponent(`${canary}/ä`),
    })),
    untyped('with the escapes of JSON', canary => ({
      password: `${canary}"x`,
      next: `<${JSON.stringify(`${canary}"x`)}>`,
    })),
    untyped('as a name', canary => ({ password: canary, [canary]: 1 })),
    place('in the path', canary => ({ path: `/people/x?again=${canary}`, headers: { 'x-api-key': canary } })),
    place('in the response', canary => json('/account', { motto: canary }), {
      act: canary => ({ text: `got ${canary}`, encoded: base64(`>${canary}<`), [canary]: 1 }),
    }),
    place('in a declared property', canary => json('/account', { motto: canary, open: `again ${canary}` })),
  ),
  ...channel(
    'secrets told by their form',
    untyped('a bearer token', canary => ({ note: `use Bearer ${canary}` })),
    untyped('a signed token', canary => ({ note: `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${canary}` })),
    untyped('a private key', canary => ({
      note: `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----`,
    })),
    untyped('a cloud key', canary => ({ note: `ghp_${canary.padEnd(36, '0')}` })),
    url('in a query', canary => `/act?note=Bearer%20${canary}`),
    header('in a header', canary => ({ 'x-note': `sk_live_${canary.padEnd(24, '0')}` })),
  ),
];

function deep(inside: object): object {
  let tree = inside;
  for (let level = 0; level < 80; level++) tree = { level: tree };
  return tree;
}
