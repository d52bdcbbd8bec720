import { ORDER_ID } from './orders-app';

/** Gives the next request, as it goes over the connection. */
export type RequestSource = () => Buffer;

/** One kind of request. */
export interface Workload {
  readonly name: string;
  readonly requestBytes: number;
  readonly next: RequestSource;
}

// What browsers and HTTP clients send along; headers are recorded too, so they belong to the cost.
const COMMON_HEADERS = [
  'Host: shop.example.com',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0',
  'Accept: application/json',
  'Accept-Language: en-GB,en;q=0.5',
  'Authorization: Bearer 2f7a1c9e5b3d4860',
];

export function requestText(requestLine: string, body = ''): Buffer {
  const bodyHeaders =
    body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  return Buffer.from([requestLine, ...COMMON_HEADERS, ...bodyHeaders, '', body].join('\r\n'));
}

export function workload(name: string, requestLine: string, body = ''): Workload {
  const request = requestText(requestLine, body);
  return { name, requestBytes: Buffer.byteLength(body), next: () => request };
}

const NEW_ORDER = {
  email: 'jane.roe@example.com',
  password: 'correct-horse-battery',
  cardNumber: '4242424242424242',
  address: { street: '12 Long Lane', city: 'Springfield', postcode: '49007' },
  items: [
    { sku: 'BOTTLE-0750-STEEL', quantity: 2 },
    { sku: 'LID-0750-BLACK', quantity: 1 },
  ],
};

/** A small body in and out, with nested objects. */
export const POST_ORDER = workload('POST /orders', 'POST /orders HTTP/1.1', JSON.stringify(NEW_ORDER));
/** The same with an address that is none: validation answers it with 400. */
export const REFUSED_ORDER = workload(
  'POST /orders, refused',
  'POST /orders HTTP/1.1',
  JSON.stringify({ ...NEW_ORDER, email: 'jane.roe' }),
);
/** A list of 78 objects out. */
export const LIST_ORDERS = workload('GET /orders', 'GET /orders HTTP/1.1');
/** One object out. */
export const GET_ORDER = workload('GET /orders/:id', `GET /orders/${ORDER_ID} HTTP/1.1`);

export const WORKLOADS: readonly Workload[] = [POST_ORDER, LIST_ORDERS, GET_ORDER];
