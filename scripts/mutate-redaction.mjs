// Would the proof notice? Switches off one rule of the redaction after the other, in a copy of what is built, and expects
// the proof specs to fail each time. Prints the table of docs/redaction-proof.md.
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runNode } from './support/command.mjs';
import { build, temporaryFolder } from './support/packed-package.mjs';
import { applyMutation, failuresIn, mutationTable } from './support/mutations.mjs';
import { MUTATIONS } from './support/redaction-mutations.mjs';

const PROOFS = ['canaries', 'random-graphs'].map(name => `build/spec/redact/proof/${name}.spec.js`);
const MOCHA = ['node_modules/mocha/bin/mocha.js', '--no-config', '--require', 'reflect-metadata', '--reporter', 'json'];
// Some rules matter to few classes: what the first few hundred do not notice, thousands may.
const SCALES = [2, 20];
const AT_ONCE = 2;
const TIMEOUT_MS = 120_000;

function copyOfBuild(name) {
  const folder = temporaryFolder(name);
  for (const part of ['build/src', 'build/spec']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  return folder;
}

/** What the proof finds in a copy; nothing when it passes. */
async function proofFailures(folder, scale) {
  const options = { cwd: folder, timeoutMs: TIMEOUT_MS, env: { PROOF_SCALE: String(scale) } };
  const output = await runNode([...MOCHA, '--exit', ...PROOFS], options).catch(({ output: text, message }) => {
    if (text === undefined) throw new Error(message);
    return text;
  });
  return failuresIn(output);
}

async function tryMutation(mutation, folder) {
  const path = join(folder, 'build/src', mutation.file);
  const original = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, applyMutation(original, mutation));
    let failures = [];
    for (const scale of SCALES) if (failures.length === 0) failures = await proofFailures(folder, scale);
    return { ...mutation, failures };
  } catch (error) {
    return { ...mutation, problem: error.message };
  } finally {
    writeFileSync(path, original);
  }
}

async function tryAll() {
  const waiting = [...MUTATIONS];
  const results = [];
  const work = async name => {
    const folder = copyOfBuild(name);
    for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
      const result = await tryMutation(mutation, folder);
      results.push(result);
      const verdict = result.problem ?? (result.failures.length > 0 ? 'noticed' : 'NOT NOTICED');
      console.error(`${verdict === 'noticed' ? 'ok     ' : 'FAILED '} ${mutation.rule}: ${verdict}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => work(`mutation-${at}`)));
  return MUTATIONS.map(({ rule }) => results.find(result => result.rule === rule));
}

await build();
const unchanged = await proofFailures(copyOfBuild('unchanged'), SCALES[0]);
if (unchanged.length > 0) throw new Error(`The proof fails without any mutation:\n${unchanged.join('\n')}`);
const results = await tryAll();
const noticed = results.filter(({ failures = [] }) => failures.length > 0);
console.log(mutationTable(results));
console.log(`\n${noticed.length} of ${results.length} disabled rules were noticed.`);
if (noticed.length < results.length) process.exitCode = 1;
