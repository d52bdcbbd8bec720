// What does each logger leave in clear? The same exchanges for all of them, each set up as its own documentation says.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { atMost } from '../../build/bench/report/report.js';
import { runBench } from '../../build/bench/support/run-bench.js';
import { documentedLogbook } from './contenders/logbook.mjs';
import { ROWS } from './rows.mjs';

const PEERS = new URL('../peers/', import.meta.url);

if (!existsSync(new URL('node_modules', PEERS))) {
  console.error(
    'The loggers to compare with are not installed. Run: npm install --no-package-lock --prefix bench/peers',
  );
  process.exit(1);
}

const { startOurs } = await import('./contenders/ours.mjs');
const { startApitally, startPinoAsIs, startPinoWithPaths } = await import('./contenders/koa-peers.mjs');
const { startExpressWinstonAsIs, startExpressWinstonWithLists } = await import('./contenders/express-peer.mjs');

const CONTENDERS = [
  ['ours', startOurs],
  ['pino', startPinoAsIs],
  ['pino, paths', startPinoWithPaths],
  ['express-winston', startExpressWinstonAsIs],
  ['express-winston, lists', startExpressWinstonWithLists],
  ['Apitally, patterns', startApitally],
];
const PACKAGES = ['pino', 'koa-pino-logger', 'winston', 'express-winston', 'apitally'];

const secretOf = at => `Sq${at}z8x4k2w9`;
const markOf = at => `Mq${at}h6n3v7t1`;

async function send(port, { method, path, headers, body }) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body, redirect: 'manual' });
  await response.arrayBuffer();
}

/** As it is, and as the rows encode it. */
const formsOf = secret => [secret, Buffer.from(`me:${secret}`).toString('base64')];

/** `absent` where that part of the exchange is not logged at all. */
function verdict(log, at) {
  if (formsOf(secretOf(at)).some(form => log.includes(form))) return 'clear';
  return log.includes(markOf(at)) ? 'redacted' : 'absent';
}

async function measure(start) {
  let current = 0;
  const behaviour = () => ROWS[current].answer?.(secretOf(current), markOf(current)) ?? { body: { ok: true } };
  const contender = await start(behaviour);
  const server = createServer(contender.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (; current < ROWS.length; current++) {
    await send(server.address().port, ROWS[current].request(secretOf(current), markOf(current)));
  }
  server.closeAllConnections();
  server.close();
  const log = await contender.stop();
  return ROWS.map((_, at) => verdict(log, at));
}

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, PEERS), 'utf8')).version;
}

const inBold = text => (text === 'clear' ? '**clear**' : text);
const countOf = (verdicts, wanted) => verdicts.filter(each => each === wanted).length;

await runBench({
  name: 'leaks',
  command: 'bench:leaks',
  flags: {},
  run: async () => {
    const columns = [];
    for (const [name, start] of CONTENDERS) columns.push([name, await measure(start)]);
    const measured = columns.map(([, verdicts]) => verdicts);
    columns.push(['Logbook, documented', documentedLogbook()]);
    const clear = countOf(measured[0], 'clear');
    if (clear > 0) process.exitCode = 1;
    return {
      tables: [
        {
          caption: 'Where a secret is logged',
          columns: ['secret in', ...columns.map(([name]) => name)],
          rows: [
            ...ROWS.map(({ name }, at) => [name, ...columns.map(([, verdicts]) => inBold(verdicts[at]))]),
            ['**in clear**', ...columns.map(([, verdicts]) => `${countOf(verdicts, 'clear')} of ${ROWS.length}`)],
          ],
        },
      ],
      targets: [atMost('secrets that we leave in clear', clear, 0, '', 0)],
      plots: [],
      notes: [`${PACKAGES.map(name => `${name} ${versionOf(name)}`).join(', ')}.`],
      figures: Object.fromEntries(columns),
    };
  },
});
// Some of the loggers keep timers.
process.exit();
