import { createLogging, type Logging, type LoggingOptions, type Sink } from 'logged-controllers';
import { identify } from './access';
import { ApiErrors } from './api-errors';

export function shopLoggingOptions(sink: Sink): LoggingOptions {
  return {
    service: { name: 'shop', version: '1.0.0' },
    sinks: [sink],
    identify,
    errorHandlers: [ApiErrors],
    redact: {
      // Whoever has the secret can test guesses against recorded hashes: a real shop gets it from its vault.
      hashKey: { id: 'k1', secret: process.env['SHOP_HASH_SECRET'] ?? 'only-for-the-example-shop' },
    },
  };
}

export function createShopLogging(sink: Sink): Logging {
  return createLogging(shopLoggingOptions(sink));
}
