/** One kind of request. */
export interface Scenario {
  readonly name: string;
  readonly requestBytes: number;
  /** The request as it goes over the connection. */
  readonly requestText: Buffer;
}

const NEW_ORDER = JSON.stringify({
  email: 'jane.roe@example.com',
  password: 'correct-horse-battery',
  cardNumber: '4242424242424242',
  address: { street: '12 Long Lane', city: 'Springfield', postcode: '49007' },
  items: [
    { sku: 'BOTTLE-0750-STEEL', quantity: 2 },
    { sku: 'LID-0750-BLACK', quantity: 1 },
  ],
});

// What browsers and HTTP clients send along; headers are recorded too, so they belong to the cost.
const COMMON_HEADERS = [
  'Host: shop.example.com',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0',
  'Accept: application/json',
  'Accept-Language: en-GB,en;q=0.5',
  'Authorization: Bearer 2f7a1c9e5b3d4860',
];

function scenario(name: string, requestLine: string, body = ''): Scenario {
  const bodyHeaders =
    body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  return {
    name,
    requestBytes: Buffer.byteLength(body),
    requestText: Buffer.from([requestLine, ...COMMON_HEADERS, ...bodyHeaders, '', body].join('\r\n')),
  };
}

export const SCENARIOS: readonly Scenario[] = [
  scenario('POST /orders', 'POST /orders HTTP/1.1', NEW_ORDER),
  scenario('GET /orders', 'GET /orders HTTP/1.1'),
];
