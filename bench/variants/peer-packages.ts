import { createRequire } from 'node:module';
import { join } from 'node:path';

const PEERS = join(__dirname, '../../../bench/peers/package.json');

export const INSTALL_PEERS = 'npm install --no-package-lock --prefix bench/peers';

/** Loads what bench/peers has installed; nothing of it is a dependency of this package. */
export const requirePeer: NodeJS.Require = createRequire(PEERS);

/** Names and versions, for a report. */
export function peerVersions(names: readonly string[]): string {
  const { dependencies } = requirePeer(PEERS) as { dependencies: Readonly<Record<string, string>> };
  return names.map(name => `${name} ${dependencies[name]}`).join(', ');
}

export function arePeersInstalled(): boolean {
  try {
    requirePeer.resolve('pino');
    return true;
  } catch {
    return false;
  }
}
