import { posix } from 'node:path';

const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
const COMPILED = /^build\/(src\/.+?)\.(?:js|d\.ts|js\.map)$/;
const SOURCE = /^src\/.+\.ts$/;

/** One line per file that is missing or does not belong into the tarball. */
export function contentProblems(files) {
  const all = new Set(files);
  const problems = REQUIRED.filter(file => !all.has(file)).map(file => `${file} is missing`);
  for (const file of files) {
    const source = COMPILED.exec(file)?.[1];
    if (source) {
      if (!all.has(`${source}.ts`)) problems.push(`${file} has no source ${source}.ts`);
    } else if (!REQUIRED.includes(file) && !SOURCE.test(file)) {
      problems.push(`${file} does not belong into the package`);
    }
  }
  return problems;
}

/** One line per source that a map names and the tarball does not hold. `read` gives a file's text. */
export function sourceMapProblems(files, read) {
  const problems = [];
  for (const file of files.filter(path => path.endsWith('.map'))) {
    const { sources, sourceRoot = '' } = JSON.parse(read(file));
    for (const source of sources) {
      const path = posix.join(posix.dirname(file), sourceRoot, source);
      if (!files.includes(path)) problems.push(`${file} points to ${path}, which is not in the package`);
    }
  }
  return problems;
}
