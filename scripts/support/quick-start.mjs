import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT, run, runNode } from './command.mjs';
import { commandsOf, installedBy } from './markdown.mjs';
import { emptyProject, install, MANIFEST, pinned } from './packed-package.mjs';

const START_LIMIT_MS = 20_000;
const RECORD_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 5_000;

/** The parts of a document that make its quick start; throws when one is missing. */
export function quickStartOf(snippets) {
  const only = (language, flag) => {
    const found = snippets.filter(snippet => snippet.language === language && snippet.flags.includes(flag));
    if (found.length > 1) throw new Error(`there are ${found.length} blocks "${language} ${flag}"; one is enough`);
    return found[0];
  };
  const program = only('ts', 'quick-start');
  if (!program) throw new Error('no block is marked "ts run quick-start"');
  const request = only('sh', 'quick-start');
  if (!request || !/\bcurl\b.*\blocalhost:\d+\//s.test(request.code)) {
    throw new Error('no block "sh quick-start" holds a curl to localhost:<port>/…');
  }
  const installBlock = snippets
    .filter(({ language }) => language === 'sh')
    .map(({ code }) =>
      commandsOf(code)
        .map(installedBy)
        .filter(Boolean)
        .flatMap(({ names }) => names),
    )
    .find(names => names.includes(MANIFEST.name));
  if (!installBlock) throw new Error(`no sh block says "npm install ${MANIFEST.name} …"`);
  const tsconfig = only('json', 'tsconfig');
  if (!tsconfig) throw new Error('no block is marked "json tsconfig"');
  return {
    program,
    request,
    packages: installBlock,
    tsconfig,
    record: only('json', 'record'),
  };
}

/** One line per place where the shown record says something else than the real one; times and ids may differ. */
export function recordProblems(shown, real, path = 'record') {
  const kind = value => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
  if (kind(shown) !== kind(real))
    return [`${path} is shown as ${kind(shown)}, but is ${real === undefined ? 'missing' : kind(real)}`];
  if (typeof shown === 'object' && shown !== null) {
    return Object.keys(shown).flatMap(key => recordProblems(shown[key], real[key], `${path}.${key}`));
  }
  const isRedaction = value => typeof value === 'string' && /REDACTED|\*{3}/.test(value);
  return (isRedaction(shown) || isRedaction(real)) && shown !== real
    ? [`${path} is shown as ${shown}, but is ${real}`]
    : [];
}

function recordsIn(folder) {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    entry => entry.isFile() && !entry.name.endsWith('.gz'),
  );
  const lines = files.flatMap(entry =>
    readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8')
      .split('\n')
      .slice(0, -1),
  );
  return lines.map(line => JSON.parse(line));
}

async function portOf(server) {
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', text => (printed += text));
  const failed = once(server, 'exit').then(([code]) => {
    throw new Error(`the quick start ended with ${code} instead of listening\n${printed}`);
  });
  const late = delay(START_LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`the quick start did not listen within ${START_LIMIT_MS / 1000} s\n${printed}`);
  });
  const listening = once(server, 'message').then(([{ port }]) => port);
  failed.catch(() => {});
  late.catch(() => {});
  return Promise.race([listening, failed, late]);
}

/** Installs, compiles and starts it as a new user would, sends the shown request, and waits for its record. */
export async function runQuickStart({ program, request, packages, tsconfig, record }, tarball, folder) {
  const project = emptyProject(folder);
  const wanted = new Set([...packages.filter(name => name !== MANIFEST.name), 'typescript', '@types/node']);
  await install(project, [tarball, ...[...wanted].map(pinned)]);
  writeFileSync(join(project, 'main.ts'), program.code);
  writeFileSync(join(project, 'tsconfig.json'), tsconfig.code);
  await runNode(['node_modules/typescript/bin/tsc', '-p', '.'], { cwd: project });

  const preload = join(ROOT, 'scripts/fixtures/free-port.cjs');
  const server = spawn(process.execPath, ['--require', preload, 'out/main.js'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  try {
    const port = await portOf(server);
    const path = /localhost:\d+([^\s'"?]*)/.exec(request.code)[1];
    await run('sh', ['-ec', request.code.replaceAll(/localhost:\d+/g, `127.0.0.1:${port}`)], {
      cwd: project,
      timeoutMs: 20_000,
    });
    const deadline = performance.now() + RECORD_LIMIT_MS;
    let found;
    while (!(found = recordsIn(join(project, '.logged')).find(item => item.request?.path === path))) {
      if (performance.now() > deadline)
        throw new Error(`no record of ${path} in ./.logged within ${RECORD_LIMIT_MS / 1000} s`);
      await delay(100);
    }
    const problems = record ? recordProblems(JSON.parse(record.code), found) : [];
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return { note: `${found.request.method} ${path} → ${found.response.status}, recorded${record ? ' as shown' : ''}` };
  } finally {
    const ended = server.exitCode !== null || once(server, 'exit');
    server.kill('SIGTERM');
    await Promise.race([ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
    server.kill('SIGKILL');
  }
}
