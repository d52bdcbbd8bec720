// The same exchanges for every logger. Each carries a secret of its own and a harmless mark beside it, which tells whether
// that part of the exchange is logged at all.

/** Request headers that carry a secret in some row: for loggers that are told which ones. */
export const SENSITIVE_HEADERS = ['authorization', 'cookie', 'x-api-key', 'referer'];

const json = (body, path = '/orders') => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const get = (path, headers = {}) => ({ method: 'GET', path, headers });
const base64 = text => Buffer.from(text).toString('base64');
const fails = (message, cause) => () => {
  throw new Error(message, { cause });
};

/** `{ name, request(secret, mark), answer?(secret, mark) }`; an answer has `body` and `headers`, or is thrown. */
export const ROWS = [
  {
    name: '`Authorization`',
    request: (secret, mark) => get('/act', { authorization: `Bearer ${secret}`, 'x-mark': mark }),
  },
  { name: '`Cookie`', request: (secret, mark) => get('/act', { cookie: `sid=${secret}`, 'x-mark': mark }) },
  { name: '`X-Api-Key`', request: (secret, mark) => get('/act', { 'x-api-key': secret, 'x-mark': mark }) },
  {
    name: '`Referer` with a token',
    request: (secret, mark) => get('/act', { referer: `https://shop.example/?token=${secret}`, 'x-mark': mark }),
  },
  { name: 'query `token`', request: (secret, mark) => get(`/act?token=${secret}&mark=${mark}`) },
  { name: 'query `user[password]`', request: (secret, mark) => get(`/act?user[password]=${secret}&mark=${mark}`) },
  { name: 'path parameter `token`', request: (secret, mark) => get(`/reset/${secret}?mark=${mark}`) },
  { name: 'unknown address with a token', request: (secret, mark) => get(`/nowhere?token=${secret}&mark=${mark}`) },
  { name: 'body `password`', request: (secret, mark) => json({ password: secret, mark }) },
  { name: 'body `user.password`', request: (secret, mark) => json({ user: { password: secret, mark } }) },
  { name: 'body `users[].password`', request: (secret, mark) => json({ users: [{ name: mark, password: secret }] }) },
  { name: 'body four levels deep', request: (secret, mark) => json({ a: { b: { c: { password: secret, mark } } } }) },
  { name: 'body `Pass_Word`, as nobody listed it', request: (secret, mark) => json({ Pass_Word: secret, mark }) },
  { name: 'body `clientSecret`', request: (secret, mark) => json({ clientSecret: secret, mark }) },
  {
    name: 'a list or an object under `password`',
    request: (secret, mark) => json({ password: [{ a: secret }], mark }),
  },
  { name: 'a harmless name that is sensitive here', request: (secret, mark) => json({ motto: secret, mark }) },
  {
    name: 'JSON inside a text',
    request: (secret, mark) => json({ payload: JSON.stringify({ password: secret }), mark }),
  },
  {
    name: 'a password once more, in another text',
    request: (secret, mark) => json({ password: secret, note: `${mark} was ${secret}` }),
  },
  {
    name: 'a password once more, in base64',
    request: (secret, mark) => json({ password: secret, note: base64(`me:${secret}`), mark }),
  },
  {
    name: '`Bearer …` in a text',
    request: (secret, mark) => json({ note: `${mark}: use Bearer ${secret}` }),
  },
  {
    name: 'form `password`',
    request: (secret, mark) => ({
      method: 'POST',
      path: '/form',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `password=${secret}&mark=${mark}`,
    }),
  },
  {
    name: 'response `accessToken`',
    request: () => get('/act'),
    answer: (secret, mark) => ({ body: { accessToken: secret, mark } }),
  },
  {
    name: 'response `items[].motto`, sensitive here',
    request: () => get('/act'),
    answer: (secret, mark) => ({ body: { items: [{ motto: secret, mark }] } }),
  },
  {
    name: '`Set-Cookie`',
    request: () => get('/act'),
    answer: (secret, mark) => ({ body: {}, headers: { 'set-cookie': `sid=${secret}; Path=/`, 'x-mark': mark } }),
  },
  {
    name: '`Location` with a token',
    request: () => get('/act'),
    answer: (secret, mark) => ({
      body: {},
      headers: { location: `https://me.example/?id_token=${secret}`, 'x-mark': mark },
    }),
  },
  {
    name: 'error that quotes the password of the body',
    request: secret => json({ password: secret }),
    answer: (secret, mark) => fails(`${mark}: no account with ${secret}`)(),
  },
  {
    name: 'cause of an error that quotes the password of the body',
    request: secret => json({ password: secret }),
    answer: (secret, mark) => fails('refused', new Error(`${mark}: no account with ${secret}`))(),
  },
  {
    name: 'error that quotes a connection string',
    request: () => get('/act'),
    answer: (secret, mark) => fails(`${mark}: connect mongodb://me:${secret}@db:27017 refused`)(),
  },
  {
    name: 'error that quotes an address with a key',
    request: () => get('/act'),
    answer: (secret, mark) => fails(`${mark}: GET https://pay.example/?api_key=${secret} failed`)(),
  },
  { name: 'malformed JSON', request: (secret, mark) => json(`{"mark":"${mark}","password":"${secret}"`) },
];
