// Is what `npm pack` makes what a user can install and use? `--update` writes the list of public exports anew.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runNode, runTool } from './support/command.mjs';
import { build, emptyProject, install, MANIFEST, pack, pinned, temporaryFolder } from './support/packed-package.mjs';
import { differences, publicExports } from './support/public-names.mjs';
import { Steps } from './support/steps.mjs';
import { contentProblems, sourceMapProblems } from './support/tarball-contents.mjs';

const NAME = MANIFEST.name;
const PUBLIC_EXPORTS = join(ROOT, 'scripts/public-exports.json');
const MOST_UNPACKED_BYTES = 3_000_000;
const OPTIONAL_PEERS = Object.keys(MANIFEST.peerDependenciesMeta ?? {});
const PEERS = Object.keys(MANIFEST.peerDependencies).filter(name => !OPTIONAL_PEERS.includes(name));

function refuse(problems) {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function updatePublicExports() {
  await build();
  const found = await publicExports(ROOT);
  writeFileSync(PUBLIC_EXPORTS, `${JSON.stringify(found, null, 2)}\n`);
  await runTool('prettier', ['--write', PUBLIC_EXPORTS]);
  for (const [entry, { values, types }] of Object.entries(found)) {
    console.log(`${entry}: ${values.length} values, ${types.length} types`);
  }
}

/** The subpath must say which package it wants, and the main entry must not want it. */
async function checkWithoutOptionalPeers(project) {
  await runNode(['-e', `require('${NAME}')`], { cwd: project });
  const program = `try { require('${NAME}/mongo'); } catch (error) { console.log(error.code + ' ' + error.message.split('\\n')[0]); }`;
  const told = (await runNode(['-e', program], { cwd: project })).trim();
  if (!/^DRIVER_MISSING .* npm install mongodb$/.test(told)) {
    throw new Error(`${NAME}/mongo should fail with DRIVER_MISSING and how to install it, but: ${told || 'it loaded'}`);
  }
  return { note: told };
}

/** Compiles a file that imports every public name, with our declarations checked, too. */
async function checkTypes(project, exports) {
  const lines = Object.entries(exports).flatMap(([entry, { values, types }], place) => {
    const names = [...values, ...types.map(name => `type ${name}`)].map(
      name => `${name} as ${name.split(' ').at(-1)}${place}`,
    );
    return names.length > 0 ? [`export { ${names.join(', ')} } from '${join(NAME, entry)}';`] : [];
  });
  for (const file of ['consumer.cts', 'consumer.mts']) writeFileSync(join(project, file), lines.join('\n'));
  const compilerOptions = {
    strict: true,
    module: 'NodeNext',
    target: 'ES2022',
    types: ['node'],
    noEmit: true,
    skipLibCheck: false,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['consumer.*'] }));
  const compiler = 'node_modules/typescript/bin/tsc';
  const output = await runNode([compiler, '-p', '.'], { cwd: project }).catch(error => error.output ?? error.message);
  // Other packages' declarations are not ours to put right.
  const isForeign = line => line.startsWith('node_modules/') && !line.startsWith(`node_modules/${NAME}/`);
  refuse(output.split('\n').filter(line => line !== '' && !/^\s/.test(line) && !isForeign(line)));
  const count = Object.values(exports).reduce((sum, { values, types }) => sum + values.length + types.length, 0);
  return { note: `${count} names` };
}

/** Both module systems must reach every value, by name, and find the same one. */
async function checkBothModuleSystems(project, exports) {
  const lines = [`import assert from 'node:assert';`, `import { createRequire } from 'node:module';`];
  lines.push('const require = createRequire(import.meta.url);');
  for (const [entry, { values }] of Object.entries(exports)) {
    for (const name of values) {
      const local = `${name}_${lines.length}`;
      lines.push(`import { ${name} as ${local} } from '${join(NAME, entry)}';`);
      lines.push(`assert.strictEqual(${local}, require('${join(NAME, entry)}').${name});`);
    }
  }
  lines.push(`assert.strictEqual(require('${NAME}/package.json').version, '${MANIFEST.version}');`);
  writeFileSync(join(project, 'names.mjs'), lines.join('\n'));
  await runNode(['names.mjs'], { cwd: project });
}

async function checkOneRequest(project, exports) {
  const missing = ['createLogging', 'Logged'].filter(name => !exports['.'].values.includes(name));
  if (missing.length > 0) throw new Error(`${missing.join(' and ')} not exported, so no request can be recorded`);
  cpSync(join(ROOT, 'scripts/fixtures/record-one-request.cjs'), join(project, 'record-one-request.cjs'));
  const names = { Koa: 'koa', host: 'routing-controllers', logged: NAME };
  const required = Object.entries(names).map(([local, from]) => `const ${local} = require('${from}');`);
  const imported = [
    `import Koa from 'koa';`,
    `import * as host from 'routing-controllers';`,
    `import * as logged from '${NAME}';`,
  ];
  const call = 'recordOneRequest(Koa, host, logged)';
  writeFileSync(
    join(project, 'by-require.cjs'),
    [...required, `const recordOneRequest = require('./record-one-request.cjs');`, `${call};`].join('\n'),
  );
  writeFileSync(
    join(project, 'by-import.mjs'),
    [...imported, `import recordOneRequest from './record-one-request.cjs';`, `await ${call};`].join('\n'),
  );
  for (const program of ['by-require.cjs', 'by-import.mjs']) {
    rmSync(join(project, '.logged'), { recursive: true, force: true });
    await runNode([program], { cwd: project, timeoutMs: 30_000 });
  }
}

async function check() {
  const folder = temporaryFolder('package');
  const steps = new Steps();
  await steps.step('build', [], async () => {
    await build();
    refuse(
      Object.values(MANIFEST.exports)
        .flatMap(target => (typeof target === 'string' ? [target] : Object.values(target)))
        .filter(path => !existsSync(join(ROOT, path)))
        .map(path => `package.json exports ${path}, which the build does not make`),
    );
  });
  await steps.step('pack', ['build'], async () => pack(folder));
  await steps.step('publint', ['pack'], async ({ tarball }) => {
    await runTool('publint', ['run', tarball, '--strict']);
  });
  await steps.step('are the types wrong', ['pack'], async ({ tarball }) => {
    await runTool('attw', [tarball, '--profile', 'strict', '--no-color', '--no-emoji', '--format', 'ascii']);
    return { note: 'node10, node16 from CommonJS, node16 from ES modules, bundler' };
  });
  await steps.step('tarball contents', ['pack'], async ({ files }) => {
    refuse([...contentProblems(files), ...sourceMapProblems(files, file => readFileSync(join(ROOT, file), 'utf8'))]);
    return { note: `${files.length} files` };
  });
  await steps.step('unpacked size', ['pack'], async ({ unpackedSize }) => {
    const told = `${Math.round(unpackedSize / 1000)} kB of at most ${MOST_UNPACKED_BYTES / 1000} kB`;
    if (unpackedSize > MOST_UNPACKED_BYTES) throw new Error(told);
    return { note: told };
  });
  await steps.step('install without optional peers', ['pack'], async ({ tarball }) => {
    const project = emptyProject(join(folder, 'project'));
    await install(project, [tarball, ...PEERS.map(pinned)]);
    return { project, note: PEERS.map(pinned).join(' ') };
  });
  await steps.step('use without optional peers', ['install without optional peers'], ({ project }) =>
    checkWithoutOptionalPeers(project),
  );
  await steps.step('install all peers', ['install without optional peers'], async ({ project }) => {
    const compiler = ['typescript', '@types/node'];
    await install(project, [...OPTIONAL_PEERS, ...compiler].map(pinned));
    return { project, note: [...OPTIONAL_PEERS, ...compiler].map(pinned).join(' ') };
  });
  await steps.step('public names', ['install all peers'], async ({ project }) => {
    const exports = await publicExports(join(project, 'node_modules', NAME));
    return { project, exports };
  });
  await steps.step('public names are the listed ones', ['public names'], ({ exports }) => {
    const lines = differences(JSON.parse(readFileSync(PUBLIC_EXPORTS, 'utf8')), exports);
    refuse(lines.length > 0 ? [...lines, 'When that is meant: node scripts/check-package.mjs --update'] : []);
  });
  await steps.step('types for a user', ['public names'], ({ project, exports }) => checkTypes(project, exports));
  await steps.step('import and require', ['public names'], ({ project, exports }) =>
    checkBothModuleSystems(project, exports),
  );
  await steps.step('one request, recorded', ['public names'], ({ project, exports }) =>
    checkOneRequest(project, exports),
  );
  steps.end();
}

await (process.argv.includes('--update') ? updatePublicExports() : check());
