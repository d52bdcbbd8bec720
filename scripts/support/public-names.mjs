import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNode } from './command.mjs';

const DECLARED =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:class|function|const|let|enum|interface|type) ([\w$]+)/gm;
const LISTED = /^export (?:type )?\{([^}]*)\}/gm;

const byCode = (a, b) => (a < b ? -1 : 1);

/** Every name, value or type, that an entry's declaration file exports. */
export function declaredNames(declarations) {
  if (/^export (\*|default|=)/m.test(declarations)) throw new Error('an entry may only have named exports');
  const names = new Set();
  for (const [, name] of declarations.matchAll(DECLARED)) names.add(name);
  for (const [, list] of declarations.matchAll(LISTED)) {
    for (const item of list.split(',')) {
      const name = item
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)
        .at(-1);
      if (name) names.add(name);
    }
  }
  return [...names].sort(byCode);
}

/** `{ '.': { values, types } }` of an unpacked package: what it exports at run time, and what besides that as types. */
export async function publicExports(packageFolder) {
  const { exports } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const found = {};
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const file = join(packageFolder, target.default);
    const print = 'console.log(JSON.stringify(Object.keys(require(process.argv[1]))))';
    const keys = await runNode(['-e', print, file], { cwd: packageFolder, timeoutMs: 30_000 });
    const values = JSON.parse(keys).sort(byCode);
    const declared = declaredNames(readFileSync(join(packageFolder, target.types), 'utf8'));
    const undeclared = values.filter(name => !declared.includes(name));
    if (undeclared.length > 0) throw new Error(`${entry} exports names without types: ${undeclared.join(', ')}`);
    found[entry] = { values, types: declared.filter(name => !values.includes(name)) };
  }
  return found;
}

/** What differs, one line per name; empty when the lists agree. */
export function differences(expected, found) {
  const lines = [];
  for (const entry of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    for (const kind of ['values', 'types']) {
      const before = expected[entry]?.[kind] ?? [];
      const now = found[entry]?.[kind] ?? [];
      for (const name of now.filter(item => !before.includes(item)))
        lines.push(`${entry}: ${name} (${kind}) is not in the list`);
      for (const name of before.filter(item => !now.includes(item)))
        lines.push(`${entry}: ${name} (${kind}) is no longer exported`);
    }
  }
  return lines;
}
