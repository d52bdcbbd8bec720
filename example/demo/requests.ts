import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { BodyOmitted, Outcome } from 'logged-controllers';
import { ADMIN_EMAIL } from '../shop/shop';
import type { Answer, Client } from './client';
import { FragileWarehouse, type PatientBank } from './partners';
import { SECRETS, UNREAD_SECRETS } from './secrets';

/** What a request needs besides its client. */
export interface Scene {
  readonly server: Server;
  readonly bank: PatientBank;
  readonly warehouse: FragileWarehouse;
}

export interface ExpectedRecord {
  /** `null` when nothing was answered. */
  readonly status: number | null;
  /** @defaultValue 'sent' */
  readonly outcome?: Outcome;
  /** `null` when no action was reached. */
  readonly handler: string | null;
  readonly error?: string;
  readonly requestBodyOmitted?: BodyOmitted;
  readonly responseBodyOmitted?: BodyOmitted;
}

export interface DemoRequest {
  readonly name: string;
  /** `null` when no answer came. */
  send(client: Client, scene: Scene): Promise<Answer | null>;
  readonly expect: ExpectedRecord | { readonly handler: string; readonly isRecorded: false };
}

const CUSTOMER = { authorization: `Bearer ${SECRETS.customerToken}` };
const ADMIN = { cookie: `session=${SECRETS.adminToken}` };

const SIGN_UP = {
  email: 'ann@example.org',
  company: 'Birch & Daughters',
  password: SECRETS.password,
  nationalId: SECRETS.nationalId,
  phone_number: SECRETS.phone,
  address: { street: '1 High Street', city: 'Leeds', doorCode: SECRETS.doorCode },
};

function payment(cardNumber: string) {
  return {
    amountCents: 5_100,
    currency: 'GBP',
    card: { holder: 'A. Birch', number: cardNumber, cvc: '862' },
    giftMessage: SECRETS.giftMessage,
  };
}

/** Every kind of request that a service meets, in an order in which each one finds what it needs. */
export const REQUESTS: readonly DemoRequest[] = [
  {
    name: 'sign up',
    send: client => client.postJson('/accounts', SIGN_UP),
    expect: { status: 201, handler: 'AccountsController.signUp' },
  },
  {
    name: 'sign up again',
    send: client => client.postJson('/accounts', SIGN_UP),
    expect: { status: 422, handler: 'AccountsController.signUp', error: 'ShopError' },
  },
  {
    name: 'failed validation',
    send: client =>
      client.postJson('/accounts', {
        ...SIGN_UP,
        email: 'ann',
        password: SECRETS.shortPassword,
        address: { ...SIGN_UP.address, city: '' },
      }),
    expect: { status: 400, handler: 'AccountsController.signUp', error: 'BadRequestError' },
  },
  {
    name: 'log in with JSON',
    send: client => client.postJson('/accounts/session', { email: SIGN_UP.email, password: SIGN_UP.password }),
    expect: { status: 200, handler: 'AccountsController.logIn' },
  },
  {
    name: 'log in with a form',
    send: client =>
      client.postForm(
        '/accounts/session',
        new URLSearchParams({ email: ADMIN_EMAIL, password: SECRETS.adminPassword }),
      ),
    expect: { status: 200, handler: 'AccountsController.logIn' },
  },
  {
    name: 'wrong password',
    send: client => client.postJson('/accounts/session', { email: SIGN_UP.email, password: SECRETS.wrongPassword }),
    expect: { status: 401, handler: 'AccountsController.logIn', error: 'LoginFailedError' },
  },
  {
    name: 'redirect',
    send: client => client.get(`/accounts/confirm?code=${encodeURIComponent(SECRETS.confirmationCode)}`),
    expect: { status: 302, handler: 'AccountsController.confirm', responseBodyOmitted: 'unparsable' },
  },
  {
    name: 'missing parameter',
    send: client => client.get(`/accounts/confirm?password=${SECRETS.strayPassword}`),
    expect: { status: 400, handler: 'AccountsController.confirm', error: 'ParamRequiredError' },
  },
  {
    name: 'no credentials',
    send: client => client.get(`/users/me?token=${SECRETS.customerToken}`),
    expect: { status: 401, handler: 'UsersController.me', error: 'AuthorizationRequiredError' },
  },
  {
    name: 'wrong role',
    send: client => client.get('/admin/users', CUSTOMER),
    expect: { status: 403, handler: 'AdminController.users', error: 'AccessDeniedError' },
  },
  {
    name: 'success with GET',
    send: client => client.get('/users/me', CUSTOMER),
    expect: { status: 200, handler: 'UsersController.me' },
  },
  {
    name: 'body left out by policy',
    send: client => client.get('/admin/users', ADMIN),
    expect: { status: 200, handler: 'AdminController.users', responseBodyOmitted: 'policy' },
  },
  {
    name: 'success with POST',
    send: client => client.postJson('/payments', payment(SECRETS.paidCard), CUSTOMER),
    expect: { status: 201, handler: 'PaymentsController.pay' },
  },
  {
    name: 'error of a hierarchy',
    send: client => client.postJson('/payments', payment(SECRETS.declinedCard), CUSTOMER),
    expect: { status: 402, handler: 'PaymentsController.pay', error: 'CardDeclinedError' },
  },
  {
    name: 'handler throws, sync',
    send: client => client.postJson('/payments/1/refund', {}, CUSTOMER),
    expect: { status: 409, handler: 'PaymentsController.refund', error: 'RefundRefusedError' },
  },
  {
    name: 'handler throws, async',
    send: client => client.postJson('/admin/search-index', {}, ADMIN),
    expect: { status: 500, handler: 'AdminController.rebuildSearchIndex', error: 'TypeError' },
  },
  {
    name: 'wrong type of parameter',
    send: client => client.get('/payments/first', CUSTOMER),
    expect: { status: 400, handler: 'PaymentsController.one', error: 'ParamNormalizationError' },
  },
  {
    name: 'found',
    send: client => client.get('/payments/1', { ...CUSTOMER, 'x-api-key': SECRETS.apiKey }),
    expect: { status: 200, handler: 'PaymentsController.one' },
  },
  {
    name: 'undefined result',
    send: client => client.get('/payments/99', CUSTOMER),
    expect: { status: 404, handler: 'PaymentsController.one', error: 'NotFoundError' },
  },
  {
    name: 'failure of a sampled action',
    send: client => client.get('/products/spoon'),
    expect: { status: 404, handler: 'ProductsController.price', error: 'UnknownProductError' },
  },
  {
    name: 'multipart upload',
    send: client => {
      const form = new FormData();
      form.set('note', UNREAD_SECRETS.formField);
      form.set('scan', new Blob([UNREAD_SECRETS.scan], { type: 'image/jpeg' }), 'prescription.jpg');
      return client.postForm('/files/prescription', form);
    },
    expect: { status: 200, handler: 'FilesController.prescription', requestBodyOmitted: 'multipart' },
  },
  {
    name: 'binary',
    send: client => client.get('/files/logo.png'),
    expect: { status: 200, handler: 'FilesController.logo', responseBodyOmitted: 'binary' },
  },
  {
    name: 'stream',
    send: client => client.get('/files/stock.csv?site=leeds'),
    expect: { status: 200, handler: 'FilesController.stock', responseBodyOmitted: 'stream' },
  },
  {
    name: 'stream that breaks off',
    send: (client, { warehouse }) =>
      client.send({
        path: `/files/stock.csv?site=${FragileWarehouse.brokenSite}`,
        onBodyBegins: () => warehouse.listIsRead(),
      }),
    expect: {
      status: 200,
      outcome: 'truncated',
      handler: 'FilesController.stock',
      error: 'Error',
      responseBodyOmitted: 'stream',
    },
  },
  {
    name: 'text/html',
    send: client => client.get('/welcome'),
    expect: { status: 200, handler: 'PagesController.welcome', responseBodyOmitted: 'unparsable' },
  },
  {
    name: 'HEAD',
    send: client => client.send({ method: 'HEAD', path: '/welcome' }),
    expect: { status: 200, handler: 'PagesController.welcome' },
  },
  {
    name: 'not cached yet',
    send: client => client.get('/terms'),
    expect: { status: 200, handler: 'PagesController.terms', responseBodyOmitted: 'unparsable' },
  },
  {
    name: '304 not modified',
    send: client => client.get('/terms', { 'if-none-match': '"terms-of-2024"' }),
    expect: { status: 304, handler: 'PagesController.terms' },
  },
  {
    name: 'unmatched route',
    send: client => client.get(`/nowhere?password=${SECRETS.strayPassword}`),
    expect: { status: 404, handler: null },
  },
  {
    name: 'method not allowed',
    send: client => client.send({ method: 'DELETE', path: '/welcome' }),
    expect: { status: 405, handler: null, responseBodyOmitted: 'unparsable' },
  },
  {
    name: 'malformed JSON',
    send: client => client.postJson('/accounts', `{"password":"${UNREAD_SECRETS.malformed}`),
    expect: { status: 400, handler: null, error: 'SyntaxError', requestBodyOmitted: 'unparsable' },
  },
  {
    name: 'body too large',
    send: client => client.postJson('/accounts', { password: UNREAD_SECRETS.tooLarge.repeat(100_000) }),
    expect: { status: 413, handler: null, error: 'PayloadTooLargeError', requestBodyOmitted: 'too-large' },
  },
  {
    name: 'abort before the handler',
    send: abortInMidBody,
    expect: {
      status: null,
      outcome: 'aborted',
      handler: null,
      error: 'BadRequestError',
      requestBodyOmitted: 'unparsable',
    },
  },
  {
    name: 'statement',
    send: client => client.get('/payments/statement', CUSTOMER),
    expect: { status: 200, handler: 'PaymentsController.statement' },
  },
  {
    name: 'abort during the handler',
    send: abortInHandler,
    expect: { status: null, outcome: 'aborted', handler: 'PaymentsController.statement' },
  },
  {
    name: 'switched off',
    send: client => client.get('/health'),
    expect: { handler: 'PagesController.health', isRecorded: false },
  },
  {
    name: '204 no content',
    send: client => client.postJson('/accounts/session/end', {}, CUSTOMER),
    expect: { status: 204, handler: 'AccountsController.logOut' },
  },
];

async function abortInMidBody(client: Client, { server }: Scene): Promise<null> {
  const arrival = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  const part = `{"card":{"number":"${UNREAD_SECRETS.brokenOff}"`;
  const socket = await client.begin(
    ['POST /payments HTTP/1.1', 'content-type: application/json', 'content-length: 1000'],
    part,
  );
  const [, response] = await arrival;
  const noticed = once(response, 'close');
  socket.resetAndDestroy();
  await noticed;
  return null;
}

async function abortInHandler(client: Client, { server, bank }: Scene): Promise<null> {
  const arrival = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
  const asked = bank.ignoreNextQuestion();
  const socket = await client.begin(['GET /payments/statement HTTP/1.1', `authorization: ${CUSTOMER.authorization}`]);
  const [, response] = await arrival;
  const noticed = once(response, 'close');
  await asked;
  socket.resetAndDestroy();
  await noticed;
  return null;
}
