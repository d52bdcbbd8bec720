import { TAKES_PACKED } from '../../src/sinks/packed-batches';
import { createLogging, fileSink, Logged, type LoggingOptions, type Sink } from 'logged-controllers';
import type { Controllers } from '../apps/apps';
import type { Arrangement, VariantSettings } from './arrangement';
import { storedStatuses } from './stored-statuses';
import { temporaryFolder } from './temporary-folder';

interface Destination {
  readonly sink: Sink;
  readonly stored?: () => Promise<Readonly<Record<number, number>>>;
  readonly remove: () => Promise<void>;
}

type Destinations = Readonly<
  Record<'null' | 'file' | 'mongo' | 'hung', (settings: VariantSettings) => Promise<Destination>>
>;

const DESTINATIONS: Destinations = {
  null: async () => ({ sink: { name: 'null', [TAKES_PACKED]: true, write: async () => {} }, remove: async () => {} }),

  hung: async () => ({ sink: { name: 'hung', write: () => new Promise(() => {}) }, remove: async () => {} }),

  file: async () => {
    const { path, remove } = await temporaryFolder();
    return { sink: fileSink({ directory: path }), stored: () => storedStatuses(path), remove };
  },

  mongo: async ({ mongoUrl }) => {
    if (mongoUrl === undefined) throw new Error('The mongo sink needs the address of a server.');
    const { mongoSink } = await import('logged-controllers/mongo');
    const { MongoClient } = await import('mongodb');
    const database = `logged_bench_${process.pid}`;
    return {
      sink: mongoSink({ url: mongoUrl, database }),
      remove: async () => {
        const client = new MongoClient(mongoUrl);
        await client.db(database).dropDatabase();
        await client.close();
      },
    };
  },
};

// A server that is always busy would be spared records, and its cost would be that of fewer.
const COMMON: LoggingOptions = { service: 'bench', loadShedding: false };

/** A destination, and the options that make the variant. */
export function ours(
  destination: keyof Destinations,
  options: LoggingOptions = {},
  marked: Parameters<typeof Logged>[0] = {},
): (controllers: Controllers, settings: VariantSettings) => Promise<Arrangement> {
  return async (controllers, settings) => {
    for (const controller of controllers) Logged(marked)(controller);
    const { sink, stored, remove } = await DESTINATIONS[destination](settings);
    const logging = createLogging({ ...COMMON, sinks: [sink], ...options, ...settings.logging });
    return {
      middleware: [logging.middleware()],
      logging,
      flush: () => logging.flush(),
      recorded: () => Object.values(logging.stats().sinks).reduce((sum, { delivered }) => sum + delivered, 0),
      ...(stored && {
        stored: async () => {
          await logging.close();
          return stored();
        },
      }),
      close: async () => {
        await logging.close({ deadlineMs: 2_000 });
        await remove();
      },
    };
  };
}
