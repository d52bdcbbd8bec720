// Who may import whom in src/: oxlint cannot say "this folder only", so the directions stand here as a table.
// Run by `npm run lint`; every line of the tables is proven to bite in check-imports.spec.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every file may import these, and they import nothing of ours but, where it stands below, each other. */
const LEAVES = [
  'call-hook.ts',
  'class-name.ts',
  'errors.ts',
  'option-checks.ts',
  'quiet-cause.ts',
  'reporter.ts',
  'settled-within.ts',
  'until-aborted.ts',
];

/**
 * What each folder or root file may import besides itself and the leaves: a folder, one file, or `type:` and either of
 * them where only the types may be used. A folder or root file without a line is refused.
 */
const DIRECTIONS = {
  'call-hook.ts': [],
  'class-name.ts': [],
  'errors.ts': [],
  'option-checks.ts': [],
  'quiet-cause.ts': ['class-name.ts'],
  'reporter.ts': ['call-hook.ts'],
  'settled-within.ts': [],
  'until-aborted.ts': [],
  record: [],
  // Errnos in words, and what Node's file functions leave to do.
  files: [],
  decorators: ['type:record'],
  redact: ['decorators', 'record'],
  capture: ['decorators', 'redact', 'record'],
  delivery: ['record', 'files', 'sinks/packed-batches.ts', 'type:sinks/sink.ts'],
  // Where snapshots become records and go to delivery, here or in a worker: so without the host.
  pipeline: ['record', 'redact', 'delivery', 'sinks', 'type:capture'],
  // The same in a thread of its own, which must not load the host.
  worker: ['pipeline', 'record', 'redact', 'delivery', 'sinks', 'type:capture'],
  sinks: ['record', 'files'],
  store: ['record'],
  mongo: ['record', 'sinks', 'store'],
  // Knows the process, and of a logging only what the callers give it.
  shutdown: [],
  viewer: ['record', 'store'],
  // Reads what capture and redaction know; only the registered actions come from the host.
  coverage: ['decorators', 'redact', 'type:capture'],
  // Commands load an application and ask it, so they stand above the composition root.
  cli: [
    'record',
    'store',
    'coverage',
    'capture/registered-actions.ts',
    'forbid-records.ts',
    'type:logging.ts',
    'create-logging.ts',
  ],
  // What a logging shows to this package's own checks: types and one key.
  'inspection.ts': ['type:capture', 'type:decorators', 'type:delivery', 'type:record', 'type:redact'],
  // For users' own specs: works on a logging from outside, through `inspection.ts`, so it needs only types of the rest.
  testing: [
    'inspection.ts',
    'capture/host-seam.ts',
    'type:capture',
    'type:coverage',
    'type:logging.ts',
    'decorators',
    'type:delivery',
    'type:record',
    'redact',
    'type:sinks/sink.ts',
  ],
  // What an application holds in its hand.
  'logging.ts': ['type:capture', 'type:coverage', 'type:delivery', 'type:pipeline', 'type:record', 'type:redact'],
  // The composition root and the public names. Subpaths stay out: the main entry loads without their packages.
  'service.ts': ['type:record'],
  'forbid-records.ts': [],
  'options.ts': [
    'service.ts',
    'forbid-records.ts',
    'decorators',
    'redact',
    'record',
    'capture',
    'delivery',
    'sinks',
    'store',
    'worker',
  ],
  'create-logging.ts': [
    'type:logging.ts',
    'options.ts',
    'inspection.ts',
    'decorators',
    'redact',
    'record',
    'capture',
    'coverage',
    'delivery',
    'pipeline',
    'shutdown',
    'sinks',
    'store',
    'worker',
  ],
  'index.ts': [
    'type:logging.ts',
    'options.ts',
    'type:service.ts',
    'create-logging.ts',
    'decorators',
    'redact',
    'record',
    'capture',
    'coverage',
    'delivery',
    'pipeline',
    'shutdown',
    'sinks',
    'store',
    'worker',
  ],
};

const INPUT_OR_OUTPUT = /^(node:)?(fs|net|http|https|http2|tls|dns|child_process|worker_threads|timers)(\/|$)/;

/** Packages that only some places may name. */
const PACKAGES = [
  { packages: /^mongodb(\/|$)/, only: ['mongo'] },
  {
    packages: /^(koa($|[-/])|@koa\/|routing-controllers(\/|$))/,
    only: [
      'decorators',
      'capture',
      'viewer',
      'testing',
      'options.ts',
      'logging.ts',
      'create-logging.ts',
      'inspection.ts',
    ],
  },
  { packages: /^reflect-metadata(\/|$)/, only: ['decorators/metadata.ts'] },
  { packages: INPUT_OR_OUTPUT, except: ['redact', 'record'] },
];

const NAMES = String.raw`(?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s*as\s+[\w$]+)?)?`;
const FROM = new RegExp(String.raw`^[ \t]*(import|export)\s+(type\s+)?(${NAMES})\s*from\s*['"]([^'"]+)['"]`, 'gm');
const FOR_EFFECT = /^[ \t]*import\s*['"]([^'"]+)['"]/gm;
const CALLED = /^(?![ \t]*(?:\/\/|\/?\*)).*?\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/gm;

/** Imports of a source, in no order: `{ from, typeOnly, star }`. Lines of comments do not count. */
export function importsOf(source) {
  const found = [];
  for (const [, keyword, type, names, from] of source.matchAll(FROM)) {
    const named = /^\{(.*)\}$/s
      .exec(names.trim())?.[1]
      .split(',')
      .filter(name => name.trim() !== '');
    const typeOnly =
      type !== undefined || (named !== undefined && named.length > 0 && named.every(name => /^\s*type\s/.test(name)));
    found.push({ from, typeOnly, star: keyword === 'export' && names.trim().startsWith('*') });
  }
  for (const [, from] of source.matchAll(FOR_EFFECT)) found.push({ from, typeOnly: false, star: false });
  for (const [, from] of source.matchAll(CALLED)) found.push({ from, typeOnly: false, star: false });
  return found;
}

const isIn = (path, place) => path === place || path.startsWith(`${place}/`);

function resolve(file, from, files) {
  const path = posix.join(posix.dirname(file), from).replace(/\.js$/, '');
  return [`${path}.ts`, posix.join(path, 'index.ts')].find(candidate => files.has(candidate)) ?? `${path}.ts`;
}

function refuseDirection(file, { from, typeOnly }, files) {
  const target = resolve(file, from, files);
  if (target.startsWith('../')) return `reaches out of src`;
  if (posix.basename(target) === 'index.ts') return `is a package entry, which nothing inside imports`;
  const home = file.split('/')[0];
  const allowed = DIRECTIONS[home];
  const isOwnFolder = file.includes('/') && isIn(target, home);
  if (isOwnFolder || (LEAVES.includes(target) && (!LEAVES.includes(file) || target === 'errors.ts'))) return undefined;
  if (allowed.some(place => isIn(target, place) || (typeOnly && isIn(target, place.replace(/^type:/, '')))))
    return undefined;
  const typesWouldDo = allowed.some(place => isIn(target, place.replace(/^type:/, '')));
  return typesWouldDo ? `may be imported by ${home} as types only` : `may not be imported by ${home}`;
}

function refusePackage(file, from, declared) {
  for (const { packages, only, except } of PACKAGES) {
    if (!packages.test(from)) continue;
    if (only && !only.some(place => isIn(file, place))) return `may only be imported by ${only.join(', ')}`;
    if (except?.some(place => isIn(file, place))) return `may not be imported by ${except.join(', ')}, which are pure`;
  }
  if (from.startsWith('node:')) return undefined;
  const name = from.split('/', from.startsWith('@') ? 2 : 1).join('/');
  return declared.has(name) ? undefined : `is neither a dependency nor a peer dependency`;
}

/** One line per forbidden import. `files`: sources by path below src; `declared`: names of (peer) dependencies. */
export function problemsOf(files, declared) {
  const problems = [];
  for (const [file, source] of files) {
    if (!(file.split('/')[0] in DIRECTIONS)) {
      problems.push(`src/${file}: has no line in the table of scripts/check-imports.mjs; say there what it may import`);
      continue;
    }
    for (const found of importsOf(source)) {
      const { from, star } = found;
      const why = from.startsWith('.') ? refuseDirection(file, found, files) : refusePackage(file, from, declared);
      if (why) problems.push(`src/${file}: '${from}' ${why}`);
      if (star) problems.push(`src/${file}: export * from '${from}' hides what becomes public; name it`);
    }
  }
  return problems;
}

function main() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = new Map();
  for (const path of readdirSync(join(root, 'src'), { recursive: true })) {
    if (path.endsWith('.ts')) files.set(path.replaceAll('\\', '/'), readFileSync(join(root, 'src', path), 'utf8'));
  }
  const problems = problemsOf(files, new Set(Object.keys({ ...dependencies, ...peerDependencies })));
  for (const problem of problems) console.error(problem);
  console.log(`Checked the imports of ${files.size} files: ${problems.length} forbidden.`);
  process.exitCode = problems.length > 0 || files.size === 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
