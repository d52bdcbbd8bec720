/** What in the orders application must not be logged, as pino has to be told. */
export const SENSITIVE_PATHS: readonly string[] = [
  'req.headers.authorization',
  'req.headers.cookie',
  'requestBody.password',
  'requestBody.cardNumber',
  'res.body.payment.token',
  'res.body[*].iban',
];

export const SENSITIVE_NAMES: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'password',
  'cardNumber',
  'token',
  'iban',
]);
