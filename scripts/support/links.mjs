// Where the documents lead. A link to a spec carries the spec's title, so that a reader knows what is shown there and a
// renamed spec does not leave a claim without its evidence.
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { ROOT, runNode } from './command.mjs';

const FENCE = /^\s*(?:`{3,}|~{3,})/;
const LINK = /\[((?:[^[\]]|\[[^[\]]*\])*)\]\(([^()\s]+)\)/g;
const ELSEWHERE = /^[a-z][\w+.-]*:/i;

/** A document's links to files of the project: `{ file, line, text, path, anchor }`, with `path` from the root. */
export function linksOf(file, markdown) {
  const links = [];
  let isCode = false;
  for (const [at, line] of markdown.split(/\r?\n/).entries()) {
    if (FENCE.test(line)) isCode = !isCode;
    if (isCode) continue;
    for (const [, text, target] of line.matchAll(LINK)) {
      if (ELSEWHERE.test(target)) continue;
      const [path, anchor] = target.split('#');
      const to = path === '' ? file : posix.join(posix.dirname(file), path);
      links.push({ file, line: at + 1, text: text.replaceAll('`', ''), path: to, anchor });
    }
  }
  return links;
}

/** As GitHub names the headings of a document in addresses. */
export function anchorsOf(markdown) {
  const headings = markdown.split(/\r?\n/).flatMap(line => /^#{1,6}\s+(.*)$/.exec(line)?.[1] ?? []);
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/**
 * One line per link that leads nowhere.
 *
 * @param titles full titles of the specs, by their path from the root
 */
export function linkProblems(links, titles, root = ROOT) {
  const problems = [];
  for (const { file, line, text, path, anchor } of links) {
    const place = `${file}:${line}`;
    const target = join(root, path);
    if (!existsSync(target)) problems.push(`${place}: there is no ${path}`);
    else if (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor))
      problems.push(`${place}: ${path} has no heading #${anchor}`);
    else if (path.endsWith('.spec.ts') && !(titles.get(path) ?? []).some(title => title.includes(text)))
      problems.push(`${place}: ${path} has no spec "${text}"`);
  }
  return problems;
}

/** The full titles of all built specs, by the path of their source; none of them is run. */
export async function specTitles() {
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js');
  const output = await runNode([mocha, '--dry-run', '--reporter', 'json']);
  const { tests } = JSON.parse(output.slice(output.indexOf('{\n  "stats"')));
  const titles = new Map();
  for (const { file, fullTitle } of tests) {
    const source = posix.relative(join(ROOT, 'build').replaceAll('\\', '/'), file.replaceAll('\\', '/'));
    const path = source.replace(/\.js$/, '.ts');
    titles.set(path, [...(titles.get(path) ?? []), fullTitle]);
  }
  return titles;
}
