// Would the proof notice? Switches off one rule of the redaction after the other, in a copy of what is built, and expects
// the random classes to find out each time; the table of canaries is asked as well. Prints the table of
// docs/redaction-proof.md. `npm run test:mutations -- maps forms` tries the rules that are named so.
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runNode } from './support/command.mjs';
import { build, temporaryFolder } from './support/packed-package.mjs';
import { applyMutation, failuresIn, isNoticed, mutationTable } from './support/mutations.mjs';
import { MUTATIONS } from './support/redaction-mutations.mjs';

const MOCHA = ['node_modules/mocha/bin/mocha.js', '--no-config', '--require', 'reflect-metadata', '--reporter', 'json'];
const EXCHANGES_PER_SCALE = 300;
// Some rules matter to few classes: what the first few hundred do not notice, thousands may. Names protect what a rule
// missed, so that most of them redact too much long before they leak: leaks are looked for first.
const STAGES = [
  { scale: 2, leaksOnly: true },
  { scale: 20, leaksOnly: true },
  { scale: 2, leaksOnly: false },
  { scale: 20, leaksOnly: false },
];
const WORDS = process.argv.slice(2);
const CHOSEN = MUTATIONS.filter(({ rule }) => WORDS.length === 0 || WORDS.some(word => rule.includes(word)));
const AT_ONCE = 2;
const TIMEOUT_MS = 120_000;

function copyOfBuild(name) {
  const folder = temporaryFolder(name);
  for (const part of ['build/src', 'build/spec']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return folder;
}

/** What a proof finds in a copy; nothing when it passes. */
async function failuresOf(proof, folder, { scale, leaksOnly }) {
  const env = { PROOF_SCALE: String(scale), PROOF_LEAKS_ONLY: leaksOnly ? '1' : '' };
  const specs = `build/spec/redact/proof/${proof}.spec.js`;
  const options = { cwd: folder, timeoutMs: TIMEOUT_MS, env };
  const output = await runNode([...MOCHA, '--exit', specs], options).catch(({ output: text, message }) => {
    if (text === undefined) throw new Error(message);
    return text;
  });
  return failuresIn(output);
}

async function noticedByRandomClasses(folder) {
  for (const stage of STAGES) {
    const [found] = await failuresOf('random-graphs', folder, stage);
    if (found !== undefined) return `${found} within ${stage.scale * EXCHANGES_PER_SCALE} exchanges`;
  }
  return undefined;
}

async function tryMutation(mutation, folder) {
  const path = join(folder, 'build/src', mutation.file);
  const original = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, applyMutation(original, mutation));
    const places = await failuresOf('canaries', folder, STAGES[0]);
    return { ...mutation, places, random: await noticedByRandomClasses(folder) };
  } catch (error) {
    return { ...mutation, problem: error.message };
  } finally {
    writeFileSync(path, original);
  }
}

async function tryAll() {
  const waiting = [...CHOSEN];
  const results = [];
  const work = async name => {
    const folder = copyOfBuild(name);
    for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
      const result = await tryMutation(mutation, folder);
      results.push(result);
      const verdict = result.problem ?? `${result.random ?? 'NOT NOTICED'}; ${result.places.length} canaries`;
      console.error(`${isNoticed(result) ? 'ok     ' : 'FAILED '} ${mutation.rule}: ${verdict}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => work(`mutation-${at}`)));
  return CHOSEN.map(({ rule }) => results.find(result => result.rule === rule));
}

await build();
const unchanged = copyOfBuild('unchanged');
for (const proof of ['canaries', 'random-graphs']) {
  const failures = await failuresOf(proof, unchanged, { scale: 2, leaksOnly: false });
  if (failures.length > 0) throw new Error(`The proof fails without any mutation:\n${failures.join('\n')}`);
}
const results = await tryAll();
const noticed = results.filter(isNoticed);
console.log(mutationTable(results));
console.log(`\nRandom classes noticed ${noticed.length} of ${results.length} disabled rules.`);
if (noticed.length < results.length) process.exitCode = 1;
