import type { Controllers } from '../apps/apps';
import type { Arrangement, VariantSettings } from './arrangement';
import { bare, passing } from './bare';

/** One way to log, or not to log, the same application. */
export interface Variant {
  /** Said below the tables, so that they can be read alone. */
  readonly meaning: string;
  /** Whether each request has to become a record. */
  readonly records: boolean;
  /** Called once, in the variant's own process: only there is its code loaded, and only there does it patch anything. */
  readonly arrange: (controllers: Controllers, settings: VariantSettings) => Promise<Arrangement>;
}

const ours = async () => (await import('./ours.js')).ours;
const pino = () => import('./pino.js');

const VARIANTS = {
  bare: { meaning: 'routing-controllers on Koa, no logging', records: false, arrange: bare },

  passing: { meaning: 'a middleware that awaits the next one and does nothing else', records: false, arrange: passing },

  disabled: {
    meaning: 'createLogging({ enabled: false })',
    records: false,
    arrange: async (...given) => (await ours())('null', { enabled: false })(...given),
  },
  unlogged: {
    meaning: 'the middleware is in use, the controller is @Logged(false)',
    records: false,
    arrange: async (...given) => (await ours())('null', {}, false)(...given),
  },
  'null sink': {
    meaning: 'every request recorded with both bodies, redacted, and handed to a sink that does nothing',
    records: true,
    arrange: async (...given) => (await ours())('null')(...given),
  },
  'file sink': {
    meaning: 'the same, into files',
    records: true,
    arrange: async (...given) => (await ours())('file')(...given),
  },
  'file sink, worker': {
    meaning: 'the same, in worker mode: records are made, redacted and written by a thread of their own',
    records: true,
    arrange: async (...given) => (await ours())('file', { worker: true })(...given),
  },
  'mongo sink': {
    meaning: 'the same, into a server that speaks MongoDB’s protocol, in a process of its own',
    records: true,
    arrange: async (...given) => (await ours())('mongo')(...given),
  },

  'hung sink': {
    meaning: 'the same, and the sink never answers: records queue up',
    records: true,
    arrange: async (...given) => (await ours())('hung', { onError: () => {} })(...given),
  },

  'koa-pino-logger': {
    meaning: 'as it comes, into a file: no bodies, nothing redacted',
    records: true,
    arrange: async () => (await pino()).pinoWithoutBodies(),
  },
  'pino with bodies': {
    meaning: 'koa-pino-logger with both bodies by serializers, and a redact path for each sensitive place; into a file',
    records: true,
    arrange: async () => (await pino()).pinoWithBodies(),
  },
  'winston with bodies': {
    meaning: 'both bodies, copied without the sensitive names; as JSON into a file',
    records: true,
    arrange: async () => (await import('./winston.js')).winstonWithBodies(),
  },
  apitally: {
    meaning:
      'both bodies and headers, masked, into its compressed files; its hub is out of reach. ' +
      'It is made to write every 80 requests, because it drops what goes beyond 100',
    records: true,
    arrange: async () => (await import('./apitally.js')).apitally(),
  },
} as const satisfies Readonly<Record<string, Variant>>;

export type VariantName = keyof typeof VARIANTS;

/** What the others are compared with. */
export const BASELINE: VariantName = 'bare';

export function variantOf(name: VariantName): Variant {
  return VARIANTS[name];
}
