import { MongoClient, type Collection, type Db, type MongoClientOptions } from 'mongodb';
import { LoggingError } from '../errors';
import { connectionName } from './connection-name';
import type { MongoDestination } from './mongo-sink-options';

/** A collection to write to, and what is needed around it. */
export interface Connection {
  /** The sink's own client; `undefined` when the application gave a collection of its own. */
  readonly client: MongoClient | undefined;
  readonly collection: Collection;
  /** Missing in the oldest drivers, for a collection of the application. */
  readonly database: Db | undefined;
  /** Names the place in messages, without credentials. */
  readonly place: string;
}

// The driver's own defaults wait half a minute for a server, for ever for an answer, and take 100 connections.
const LIMITS = {
  appName: 'logged-controllers',
  maxPoolSize: 4,
  serverSelectionTimeoutMS: 5_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 2_000,
} as const satisfies MongoClientOptions;
const WRITE_CONCERN_TIMEOUT_MS = 5_000;

const URL_EXPECTED =
  'mongoSink.url must be a MongoDB connection string such as mongodb://host:27017/database or ' +
  'mongodb+srv://host/database. User name and password must be percent-encoded, and every option known to the driver.';

function invalid(message: string): LoggingError {
  return new LoggingError('OPTION_INVALID', message);
}

/** The options that a connection string sets, in lower case. Only for one that the driver has taken. */
function optionsInUrl(url: string): ReadonlySet<string> {
  const query = url.slice(url.indexOf('?') + 1);
  return url.includes('?') ? new Set([...new URLSearchParams(query).keys()].map(key => key.toLowerCase())) : new Set();
}

function databaseInUrl(url: string): string | undefined {
  const path = /^[^:]+:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1];
  return path === undefined ? undefined : decodeURIComponent(path);
}

function withLimits(url: string, given: MongoClientOptions): MongoClientOptions {
  const inUrl = optionsInUrl(url);
  const limits = Object.fromEntries(Object.entries(LIMITS).filter(([option]) => !inUrl.has(option.toLowerCase())));
  const { writeConcern = {}, wtimeoutMS } = given;
  const hasOwnTimeout = inUrl.has('wtimeoutms') || inUrl.has('wtimeout') || wtimeoutMS !== undefined;
  const options = { ...limits, ignoreUndefined: true, ...given };
  if (hasOwnTimeout || typeof writeConcern !== 'object') return options;
  return { ...options, writeConcern: Object.assign({ wtimeoutMS: WRITE_CONCERN_TIMEOUT_MS }, writeConcern) };
}

/** Messages of the driver quote the string they choke on, so only the option names that it lists are passed on. */
function unsupportedOptions(error: unknown): string {
  const match = error instanceof Error && /^options? ([\w, ]+) (?:is|are) not supported$/.exec(error.message);
  return match ? `: not supported are ${match[1]}` : '';
}

function createClient(url: string, clientOptions: MongoClientOptions): MongoClient {
  // An unescaped @ in a password makes the rest of it pass for a host or a database, whose names messages do tell.
  if (url.split('@').length > 2) throw invalid(URL_EXPECTED);
  try {
    // Alone first: so it is known which of the two is wrong, and that the string can be searched for its options.
    void new MongoClient(url);
  } catch {
    throw invalid(URL_EXPECTED);
  }
  try {
    return new MongoClient(url, withLimits(url, clientOptions));
  } catch (error) {
    throw invalid(`mongoSink.clientOptions must be options that the driver takes${unsupportedOptions(error)}.`);
  }
}

function requireAcknowledged(w: unknown): void {
  if (w !== 0) return;
  throw invalid('The write concern of mongoSink must not be w: 0: unanswered writes are lost without a trace.');
}

/** Prepares the place to write to. Nothing is sent yet. @throws {@link LoggingError} `OPTION_INVALID` */
export function prepareConnection(destination: MongoDestination): Connection {
  if (!('url' in destination)) {
    const { collection } = destination;
    requireAcknowledged(collection.writeConcern?.w);
    const place = `collection ${collection.namespace}`;
    return { client: undefined, collection, database: collection.db, place };
  }
  const client = createClient(destination.url, destination.clientOptions);
  requireAcknowledged(client.options.writeConcern?.w);
  const databaseName = destination.database ?? databaseInUrl(destination.url) ?? 'logs';
  try {
    const database = client.db(databaseName);
    const collection = database.collection(destination.collection);
    return { client, collection, database, place: `${connectionName(client)}, collection ${collection.namespace}` };
  } catch {
    throw invalid('mongoSink.database and mongoSink.collection must be names that MongoDB takes.');
  }
}
