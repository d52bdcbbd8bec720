import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { ROOT, runNode, runTool } from './command.mjs';

const RUN_LIMIT_MS = 30_000;

const linesIn = text => text.split('\n').length - 1;
const awaitsAtTopLevel = code =>
  code.split('\n').some(line => /^\S/.test(line) && /\bawait\b/.test(line) && !/\basync\b/.test(line));

function nameOf({ file, line, code, prelude }) {
  const extension = awaitsAtTopLevel(prelude + code) ? 'mts' : 'ts';
  return `${file.replace(/\.md$/, '').replaceAll(/[^\w]+/g, '-')}-${line}.${extension}`;
}

/**
 * Compiles the ts blocks with the project's own settings. `folder` lies inside the repository, so that the package
 * resolves by its own name. Gives one line per error, told by the line of the document.
 */
export async function compile(snippets, folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const byName = new Map(snippets.map(snippet => [nameOf(snippet), snippet]));
  for (const [name, { prelude, code }] of byName) writeFileSync(join(folder, name), prelude + code);
  const compilerOptions = {
    rootDir: '.',
    outDir: 'out',
    moduleDetection: 'force',
    declaration: false,
    // A block may declare what only the reader goes on to use.
    noUnusedLocals: false,
  };
  const extendsFrom = join(relative(folder, ROOT), 'tsconfig.json');
  const tsconfig = { extends: extendsFrom, compilerOptions, include: ['*.ts', '*.mts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  if (byName.size === 0) return [];

  const output = await runTool('tsc', ['-p', folder, '--pretty', 'false'], { cwd: folder }).catch(error => {
    if (!error.output) throw error;
    return error.output;
  });
  return output
    .split('\n')
    .filter(text => text.trim() !== '')
    .map(text => {
      const [, path, row, message] = /^(\S+?)\((\d+),\d+\): (.*)$/.exec(text) ?? [];
      const snippet = path && byName.get(basename(path));
      if (!snippet) return text;
      const ahead = linesIn(snippet.prelude);
      const place = Number(row) > ahead ? snippet.line + Number(row) - ahead - 1 : `${snippet.line} (its prelude)`;
      return `${snippet.file}:${place}: ${message}`;
    });
}

/** Runs a compiled block in an empty folder; rejects unless it ends by itself with 0. */
export async function runCompiled(snippet, folder) {
  const compiled = nameOf(snippet).replace(/\.(m?)ts$/, '.$1js');
  const place = join(folder, 'run', compiled);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  await runNode([join(folder, 'out', compiled)], { cwd: place, timeoutMs: RUN_LIMIT_MS });
}
