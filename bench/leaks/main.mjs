// What does each logger leave in clear? The same exchanges for all of them, each set up as its own documentation says.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
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
  ['logged-controllers', startOurs],
  ['pino', startPinoAsIs],
  ['pino, paths', startPinoWithPaths],
  ['express-winston', startExpressWinstonAsIs],
  ['express-winston, lists', startExpressWinstonWithLists],
  ['Apitally, patterns', startApitally],
];

const secretOf = at => `Sq${at}z8x4k2w9`;
const markOf = at => `Mq${at}h6n3v7t1`;

async function send(port, { method, path, headers, body }) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body, redirect: 'manual' });
  await response.arrayBuffer();
}

/** `clear`, `redacted`, or `–` where that part of the exchange is not logged. */
function verdict(log, at) {
  if (log.includes(secretOf(at))) return '**clear**';
  return log.includes(markOf(at)) ? 'redacted' : '–';
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

const columns = [];
for (const [name, start] of CONTENDERS) columns.push([name, await measure(start)]);

const PACKAGES = ['pino', 'koa-pino-logger', 'winston', 'express-winston', 'apitally'];
const versions = PACKAGES.map(name => {
  const { version } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, PEERS), 'utf8'));
  return `${name} ${version}`;
});
console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}: ${versions.join(', ')}\n`);
console.log(`| secret in | ${columns.map(([name]) => name).join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(columns.length)}`);
for (const [at, { name }] of ROWS.entries()) {
  console.log(`| ${name} | ${columns.map(([, verdicts]) => verdicts[at]).join(' | ')} |`);
}
const clear = columns.map(([, verdicts]) => verdicts.filter(each => each === '**clear**').length);
console.log(`| **in clear** | ${clear.map(count => `${count} of ${ROWS.length}`).join(' | ')} |`);
process.exit(clear[0] === 0 ? 0 : 1);
