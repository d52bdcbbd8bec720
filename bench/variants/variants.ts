/** What a server under test runs; the first one is what the others are compared with. */
export const VARIANTS = ['bare', 'disabled', 'unlogged', 'null sink', 'file sink', 'mongo sink'] as const;

export type Variant = (typeof VARIANTS)[number];

export const BASELINE: Variant = 'bare';

/** Said below the tables, so that they can be read alone. */
export const MEANINGS: Readonly<Record<Variant, string>> = {
  bare: 'routing-controllers on Koa, no logging',
  disabled: 'createLogging({ enabled: false })',
  unlogged: 'the middleware is in use, the controller is @Logged(false)',
  'null sink': 'every request recorded with both bodies, redacted, and handed to a sink that does nothing',
  'file sink': 'the same, into files',
  'mongo sink': 'the same, into the MongoDB at MONGODB_URL',
};

/** Variants whose every request has to become a record. */
export function recordsRequests(variant: Variant): boolean {
  return variant.endsWith(' sink');
}

/** Variants that can run here. */
export function availableVariants(environment: NodeJS.ProcessEnv): readonly Variant[] {
  return VARIANTS.filter(variant => variant !== 'mongo sink' || environment['MONGODB_URL']);
}
