import type { MongoClient } from 'mongodb';

/**
 * Tells where a client connects to. Taken from the hosts that the driver parsed and never from the connection string,
 * so credentials cannot be in it.
 */
export function connectionName({ options }: Pick<MongoClient, 'options'>): string {
  if (options.srvHost !== undefined) return `MongoDB at ${options.srvHost} (SRV)`;
  return `MongoDB at ${options.hosts.map(String).join(', ')}`;
}
