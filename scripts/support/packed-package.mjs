import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, runNpm } from './command.mjs';

export const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** A folder that is gone when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `${MANIFEST.name}-${name}-`));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const build = () => runNpm(['run', '--silent', 'build']);

/** Packs what is built. `files` are the tarball's paths, `unpackedSize` is in bytes. */
export async function pack(folder) {
  const output = await runNpm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder]);
  const [{ filename, files, unpackedSize }] = JSON.parse(output);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path), unpackedSize };
}

/** A name with the version that this repository itself is tested with. */
export function pinned(name) {
  const version = MANIFEST.devDependencies[name] ?? MANIFEST.dependencies[name];
  if (!version) throw new Error(`${name} is not among the dependencies of ${MANIFEST.name}, so no version is known`);
  return `${name}@${version}`;
}

/** A project as a new user has it: a package.json and nothing else. */
export function emptyProject(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'new-project', version: '1.0.0', private: true }));
  return folder;
}

export async function install(folder, packages) {
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await runNpm(['install', ...options, ...packages], { cwd: folder, timeoutMs: 180_000 });
}
