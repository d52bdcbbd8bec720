import { spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { fileSink, type Sink } from 'logged-controllers';
import { mongoSink } from 'logged-controllers/mongo';

interface Destination {
  readonly sink: Sink;
  /** For people: where records go. */
  readonly place: string;
  /** A command that shows them. */
  readonly look: string;
  /** To be called when the sink is closed. */
  release(): Promise<void>;
}

export interface FileDestination extends Destination {
  readonly kind: 'files';
  readonly directory: string;
}

export interface MongoDestination extends Destination {
  readonly kind: 'mongodb';
  readonly url: string;
  readonly database: string;
  readonly collection: string;
}

export interface DestinationNames {
  /** Folder of the files, and of what a database refuses. */
  readonly directory: string;
  readonly collection: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The MongoDB of `MONGODB_URL`; else one that is started from `MONGOMS_SYSTEM_BINARY` or the `mongod` on PATH; else
 * files. Nothing is ever downloaded.
 */
export async function findDestination(
  names: DestinationNames,
  environment: Environment = process.env,
): Promise<FileDestination | MongoDestination> {
  const { MONGODB_URL: url } = environment;
  if (url) return mongoDestination({ url, shownUrl: '$MONGODB_URL', ...names });
  const binary = findMongod(environment);
  if (binary === undefined) return fileDestination(names);
  const { uri, stop } = await startMongod(binary);
  return mongoDestination({ url: uri, shownUrl: uri, ...names }, stop);
}

function fileDestination({ directory }: DestinationNames): FileDestination {
  return {
    kind: 'files',
    sink: fileSink({ directory }),
    place: `files in ${resolve(directory)}`,
    look: `tail -f ${join(directory, 'requests.ndjson')}`,
    directory,
    async release() {},
  };
}

function mongoDestination(
  { url, shownUrl, collection }: DestinationNames & { readonly url: string; readonly shownUrl: string },
  release = async (): Promise<void> => {},
): MongoDestination {
  const database = /^[^/]+\/\/[^/]+\/([^?]+)/.exec(url)?.[1] ?? 'shop';
  return {
    kind: 'mongodb',
    sink: mongoSink({ url, database, collection, expireAfterDays: 30 }),
    // Never the address in MONGODB_URL itself, which may hold a password.
    place: `the collection ${database}.${collection} of ${shownUrl}`,
    look: `mongosh "${shownUrl}" --eval 'db.getSiblingDB("${database}").${collection}.find().sort({ _id: -1 }).limit(3)'`,
    url,
    database,
    collection,
    release,
  };
}

function findMongod({ MONGOMS_SYSTEM_BINARY: named, PATH = '' }: Environment): string | undefined {
  // One that is named and does not run is a mistake to be told, not to be passed over.
  if (named) return named;
  const onPath = PATH.split(delimiter).map(folder => join(folder, 'mongod'));
  return onPath.find(path => spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0);
}

async function startMongod(path: string): Promise<{ readonly uri: string; readonly stop: () => Promise<void> }> {
  // The package reads its settings when it is loaded. It must neither download a server nor insist on one version.
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] = 'false';
  process.env['MONGOMS_SYSTEM_BINARY'] = path;
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] = 'false';
  const { MongoMemoryServer } = await import('mongodb-memory-server-core');
  const server = await MongoMemoryServer.create();
  return {
    uri: server.getUri(),
    async stop() {
      await server.stop();
    },
  };
}
