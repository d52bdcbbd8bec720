// How the documents mark their code. A reader sees none of it: GitHub and npm show the first word of a fence at most.
//
//   ```ts               type-checked as a module of its own (an ES module if it awaits at top level)
//   ```ts no-check      not looked at; for code that shows what does not work
//   ```ts run           also run, and must end by itself with 0
//   ```ts run quick-start   run as a new user would, from the packed package in an empty project
//   ```json             must parse; `json tsconfig` is the quick start's tsconfig, `json record` what it records
//   ```sh               its npm commands must name scripts and packages of this project; `sh quick-start` is sent to it
//
//   <!-- readme-prelude     code that stands unseen before every ts block after it, until the next such comment;
//   import Koa from 'koa';  an empty one ends it
//   -->

const FLAGS = { ts: ['no-check', 'run', 'quick-start'], json: ['tsconfig', 'record'], sh: ['quick-start'] };
const OTHER_SPELLINGS = {
  typescript: 'ts',
  js: 'ts',
  javascript: 'ts',
  jsonc: 'json',
  bash: 'sh',
  shell: 'sh',
  console: 'sh',
};

/** A document's fenced blocks: `{ file, line, language, flags, code, prelude }`; `line` is that of the first code line. */
export function snippetsOf(file, markdown) {
  const snippets = [];
  const lines = markdown.split(/\r?\n/);
  let prelude = '';
  for (let at = 0; at < lines.length; at++) {
    const comment = /^<!--\s*readme-prelude\b(.*)$/.exec(lines[at]);
    if (comment) {
      const start = at;
      while (!lines[at]?.includes('-->'))
        if (++at >= lines.length) throw new Error(`${file}:${start + 1}: the comment has no end`);
      prelude = at === start ? '' : `${lines.slice(start + 1, at).join('\n')}\n`;
      continue;
    }
    const fence = /^(\s*)(`{3,}|~{3,})\s*([^`]*)$/.exec(lines[at]);
    if (!fence) continue;
    const [, indent, marks, info] = fence;
    const start = at + 1;
    const isEnd = text => text.trim().startsWith(marks) && new Set(text.trim()).size === 1;
    do if (++at >= lines.length) throw new Error(`${file}:${start}: the block has no end`);
    while (!isEnd(lines[at]));
    const code = lines.slice(start, at).map(text => (text.startsWith(indent) ? text.slice(indent.length) : text));
    const [language = '', ...flags] = info.trim().split(/\s+/);
    snippets.push({ file, line: start + 1, language, flags, code: `${code.join('\n')}\n`, prelude });
  }
  return snippets;
}

/** One line per block whose marks would let it go unchecked by mistake. */
export function markProblems(snippets) {
  const problems = [];
  for (const { file, line, language, flags } of snippets) {
    const better = OTHER_SPELLINGS[language];
    if (better) problems.push(`${file}:${line}: a block of "${language}" is not checked; use "${better}"`);
    for (const flag of flags) {
      if (language in FLAGS && !FLAGS[language].includes(flag)) {
        problems.push(`${file}:${line}: "${language}" knows no "${flag}", only ${FLAGS[language].join(', ')}`);
      }
    }
  }
  return problems;
}

/** One line per json block that does not parse. */
export function jsonProblems(snippets) {
  return snippets
    .filter(({ language }) => language === 'json')
    .flatMap(({ file, line, code }) => {
      try {
        JSON.parse(code);
        return [];
      } catch (error) {
        return [`${file}:${line}: ${error.message}`];
      }
    });
}

/** The single commands of a sh block, as words; comments and prompts left out. */
export function commandsOf(code) {
  return code
    .replaceAll('\\\n', ' ')
    .split(/\n|&&|\|\||;/)
    .map(text =>
      text
        .replace(/(^|\s)#.*/, '')
        .replace(/^\s*\$\s/, '')
        .trim(),
    )
    .filter(text => text !== '')
    .map(text => text.split(/\s+/));
}

/** `{ names, dev }` of an install command, `undefined` of any other. */
export function installedBy([program, command, ...rest]) {
  if (program !== 'npm' || !['install', 'i', 'add'].includes(command)) return undefined;
  const names = rest.filter(word => !word.startsWith('-')).map(word => word.replace(/(.)@[^/]*$/, '$1'));
  return { names, dev: rest.some(word => word === '--save-dev' || word === '-D') };
}

/** One line per npm command that names a script or a package that this project does not have. */
export function shellProblems(snippets, manifest) {
  const { name, dependencies, devDependencies, peerDependencies, scripts } = manifest;
  const packages = new Set([name, ...Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })]);
  const problems = [];
  for (const { file, line, code } of snippets.filter(({ language }) => language === 'sh')) {
    for (const words of commandsOf(code)) {
      if (words[0] !== 'npm') continue;
      const script = ['run', 'run-script'].includes(words[1])
        ? words[2]
        : ['test', 'start'].includes(words[1])
          ? words[1]
          : undefined;
      if (script !== undefined && !(script in scripts))
        problems.push(`${file}:${line}: there is no script "${script}"`);
      for (const wanted of installedBy(words)?.names ?? []) {
        if (!packages.has(wanted)) problems.push(`${file}:${line}: "${wanted}" is no package that this project knows`);
      }
    }
  }
  return problems;
}
