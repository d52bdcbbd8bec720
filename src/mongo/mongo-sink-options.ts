import type { Collection, MongoClientOptions } from 'mongodb';
import { LoggingError } from '../errors';
import {
  describeValue,
  refuseUnknownKeys,
  requireBoolean,
  requireOptionsObject,
  requireRetention,
  requireText,
} from '../option-checks';
import type { LogRecord } from '../record/log-record';

/** Options of `mongoSink`. */
export interface MongoSinkOptions {
  /**
   * Connection string: `mongodb://host:27017/database` or `mongodb+srv://…`. Needed unless `collection` is a
   * `Collection`. No message ever quotes it.
   */
  readonly url?: string | undefined;
  /**
   * Name of the collection, or a `Collection` of a client that the application opened. Such a client is never closed by
   * the sink, and its own pool and timeouts apply.
   *
   * @defaultValue 'requests'
   */
  readonly collection?: string | Collection | Collection<LogRecord>;
  /** Name of the database. @defaultValue the database in `url`, else 'logs' */
  readonly database?: string;
  /**
   * Days until the server deletes a record, counted from its `at`, from 0.001 to 36500. A record that brings its own
   * `expireAt` keeps it. Without this option only such records are ever deleted. @defaultValue none
   */
  readonly expireAfterDays?: number;
  /** Name of the sink in counters and messages. @defaultValue 'mongo' */
  readonly name?: string;
  /** Whether the sink creates its indexes, the one that deletes expired records included. @defaultValue true */
  readonly indexes?: boolean;
  /**
   * Options of the driver's client, laid over the limits that the sink sets: at most 4 connections, 5 s to find a server
   * and to connect, 10 s for an answer, 2 s for a free connection, 5 s for the write concern. @defaultValue {}
   */
  readonly clientOptions?: MongoClientOptions;
}

/** Where to write, as given: a client of our own, or somebody else's collection. */
export type MongoDestination =
  | {
      readonly url: string;
      readonly database: string | undefined;
      readonly collection: string;
      readonly clientOptions: MongoClientOptions;
    }
  | { readonly collection: Collection };

export interface ResolvedMongoSinkOptions {
  readonly destination: MongoDestination;
  readonly name: string;
  readonly expireAfterDays: number | undefined;
  readonly indexes: boolean;
}

const KNOWN_OPTIONS = [
  'url',
  'collection',
  'database',
  'expireAfterDays',
  'name',
  'indexes',
  'clientOptions',
] as const satisfies readonly (keyof MongoSinkOptions)[];

function isCollection(value: unknown): value is Collection {
  return typeof value === 'object' && value !== null && 'insertMany' in value && typeof value.insertMany === 'function';
}

function resolveDestination(options: MongoSinkOptions): MongoDestination {
  const { url, collection = 'requests', database, clientOptions = {} } = options;
  if (isCollection(collection)) {
    for (const option of ['url', 'database', 'clientOptions'] as const) {
      if (options[option] === undefined) continue;
      const message = `mongoSink.${option} cannot be given together with a Collection, which has a client already.`;
      throw new LoggingError('OPTION_INVALID', message);
    }
    return { collection };
  }
  if (typeof collection !== 'string' || collection === '') {
    const message = `mongoSink.collection must be a name or a Collection of the driver, got ${describeValue(collection)}.`;
    throw new LoggingError('OPTION_INVALID', message);
  }
  if (typeof url !== 'string' || url === '') {
    const message =
      `mongoSink.url must be a MongoDB connection string, got ${describeValue(url)}: ` +
      'set MONGODB_URL or whatever holds it, or give `collection` a Collection of your own client.';
    throw new LoggingError('OPTION_INVALID', message);
  }
  if (database !== undefined) requireText('mongoSink.database', database);
  requireOptionsObject('mongoSink.clientOptions', clientOptions);
  return { url, database, collection, clientOptions };
}

/**
 * Fills in the defaults and checks every value, once.
 *
 * @throws {@link LoggingError} `OPTION_INVALID` or `OPTION_UNKNOWN`
 */
export function resolveMongoSinkOptions(options: MongoSinkOptions): ResolvedMongoSinkOptions {
  refuseUnknownKeys('mongoSink', options, KNOWN_OPTIONS);
  const { expireAfterDays, name = 'mongo', indexes = true } = options;
  const destination = resolveDestination(options);
  if (expireAfterDays !== undefined) requireRetention('mongoSink.expireAfterDays', expireAfterDays);
  requireText('mongoSink.name', name);
  requireBoolean('mongoSink.indexes', indexes);
  return { destination, name, expireAfterDays, indexes };
}
