// Is what the documents show true? How they mark their code is told in support/markdown.mjs.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/command.mjs';
import { linkProblems, linksOf, specTitles } from './support/links.mjs';
import { jsonProblems, markProblems, shellProblems, snippetsOf } from './support/markdown.mjs';
import { build, MANIFEST, pack, temporaryFolder } from './support/packed-package.mjs';
import { quickStartOf, runQuickStart } from './support/quick-start.mjs';
import { compile, runCompiled } from './support/snippets.mjs';
import { Steps } from './support/steps.mjs';

const README = 'README.md';

function refuse(problems) {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function documents() {
  const docs = existsSync(join(ROOT, 'docs')) ? readdirSync(join(ROOT, 'docs'), { recursive: true }) : [];
  const pages = docs.filter(path => path.endsWith('.md')).map(path => `docs/${path.replaceAll('\\', '/')}`);
  return [README, ...pages.sort((a, b) => (a < b ? -1 : 1))];
}

const steps = new Steps();
await steps.step('read the documents', [], () => {
  const files = documents();
  const texts = files.map(file => [file, readFileSync(join(ROOT, file), 'utf8')]);
  const snippets = texts.flatMap(([file, text]) => snippetsOf(file, text));
  const links = texts.flatMap(([file, text]) => linksOf(file, text));
  refuse(markProblems(snippets));
  const typed = snippets.filter(({ language, flags }) => language === 'ts' && !flags.includes('no-check'));
  return { snippets, links, typed, note: `${files.length} documents, ${snippets.length} blocks` };
});
await steps.step('json blocks parse', ['read the documents'], ({ snippets }) => refuse(jsonProblems(snippets)));
await steps.step('npm commands exist', ['read the documents'], ({ snippets }) =>
  refuse(shellProblems(snippets, MANIFEST)),
);
await steps.step('build', [], async () => {
  await build();
});
await steps.step('links lead to files, headings and specs', ['read the documents', 'build'], async ({ links }) => {
  refuse(linkProblems(links, await specTitles()));
  return { note: `${links.length} links` };
});
await steps.step('ts blocks compile', ['read the documents', 'build'], async ({ typed }) => {
  const folder = join(ROOT, 'build/readme');
  refuse(await compile(typed, folder));
  const toRun = typed.filter(({ flags }) => flags.includes('run') && !flags.includes('quick-start'));
  return { folder, toRun, note: `${typed.length} blocks` };
});
await steps.step('ts run blocks run', ['ts blocks compile'], async ({ folder, toRun }) => {
  for (const snippet of toRun) {
    await runCompiled(snippet, folder).catch(error => refuse([`${snippet.file}:${snippet.line}: ${error.message}`]));
  }
  return { note: `${toRun.length} blocks` };
});
await steps.step('the quick start, from the packed package', ['read the documents', 'build'], async ({ snippets }) => {
  const quickStart = quickStartOf(snippets.filter(({ file }) => file === README));
  const folder = temporaryFolder('quick-start');
  const { tarball } = await pack(folder);
  return runQuickStart(quickStart, tarball, join(folder, 'project'));
});
steps.end();
