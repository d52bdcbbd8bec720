import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A server that somebody runs, a binary that we can run, or why there is neither. */
export type RealMongod =
  | { readonly kind: 'server'; readonly url: string }
  | { readonly kind: 'binary'; readonly path: string }
  | { readonly kind: 'none'; readonly reason: string };

export interface RunningMongod {
  readonly url: string;
  stop(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function tryBinary(path: string, origin: string): RealMongod {
  if (!isExecutable(path)) return { kind: 'none', reason: `${origin} is no executable file` };
  const { status, error } = spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore' });
  if (status === 0) return { kind: 'binary', path };
  return { kind: 'none', reason: `${origin} does not run: ${error?.message ?? `exit code ${status}`}` };
}

/** Looks for a server to test on: MONGODB_URL, then MONGOMS_SYSTEM_BINARY, then `mongod` on PATH. */
export function findRealMongod(environment: Environment = process.env): RealMongod {
  const { MONGODB_URL: url, MONGOMS_SYSTEM_BINARY: binary, PATH = '' } = environment;
  if (url) return { kind: 'server', url };
  if (binary) return tryBinary(binary, 'the file that MONGOMS_SYSTEM_BINARY names');
  const onPath = PATH.split(delimiter)
    .map(folder => join(folder, 'mongod'))
    .find(isExecutable);
  if (onPath !== undefined) return tryBinary(onPath, 'the mongod on PATH');
  return { kind: 'none', reason: 'MONGODB_URL and MONGOMS_SYSTEM_BINARY are not set, and there is no mongod on PATH' };
}

function memoryServer(path: string) {
  // Read when the package is loaded: it must neither download a binary nor ask for the one version that it prefers.
  process.env['MONGOMS_RUNTIME_DOWNLOAD'] = 'false';
  process.env['MONGOMS_SYSTEM_BINARY_VERSION_CHECK'] = 'false';
  process.env['MONGOMS_SYSTEM_BINARY'] = path;
  return import('mongodb-memory-server-core');
}

export async function startStandalone(path: string): Promise<RunningMongod> {
  const { MongoMemoryServer } = await memoryServer(path);
  const server = await MongoMemoryServer.create({ instance: { storageEngine: 'wiredTiger' } });
  return {
    url: server.getUri(),
    async stop() {
      await server.stop();
    },
  };
}

export async function startReplicaSet(path: string, members: number): Promise<RunningMongod> {
  const { MongoMemoryReplSet } = await memoryServer(path);
  const configSettings = { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500 };
  const set = await MongoMemoryReplSet.create({
    replSet: { count: members, storageEngine: 'wiredTiger', configSettings },
  });
  return {
    url: set.getUri(),
    async stop() {
      await set.stop();
    },
  };
}
