import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const OUTPUT_KEPT = 3_000;

/** `npm run` tells its children where its own package lies; an npm for another folder must not hear of it. */
function cleanEnvironment(extra) {
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(package|lifecycle|config_local_prefix|config_prefix)|^(NODE_ENV|NODE_PATH|NODE_OPTIONS|INIT_CWD)$/i.test(
        name,
      ),
  );
  return { ...Object.fromEntries(own), ...extra };
}

/**
 * Runs a program to its end without standard input and gives back its standard output.
 * Rejects, with the end of what it printed, when it fails or takes longer than `timeoutMs`.
 */
export function run(command, args, { cwd = ROOT, timeoutMs = 120_000, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      all += text;
    });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(stdout);
      const how = timedOut ? `took longer than ${timeoutMs / 1000} s` : `ended with ${code ?? signal}`;
      const error = new Error(`${[command, ...args].join(' ')} ${how}\n${all.trim().slice(-OUTPUT_KEPT)}`);
      return reject(Object.assign(error, { output: all }));
    });
  });
}

export const runNode = (args, options) => run(process.execPath, args, options);

/** One of the programs that this project's devDependencies brought. */
export function runTool(name, args, options) {
  return run(`${ROOT}/node_modules/.bin/${name}`, args, options);
}

export const runNpm = (args, options) => run('npm', args, options);
