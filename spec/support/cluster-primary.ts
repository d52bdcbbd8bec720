// Run as a process of its own: the primary of a cluster of four, as `node:cluster` has it. A worker that dies is replaced.
import cluster from 'node:cluster';
import { join } from 'node:path';

const WORKERS = 4;

cluster.setupPrimary({ exec: join(__dirname, 'exiting-application.js'), args: process.argv.slice(2) });

const pids = (): (number | undefined)[] => Object.values(cluster.workers ?? {}).map(worker => worker?.process.pid);
let isEnding = false;
let listening = 0;
cluster.on('listening', (_worker, { port }) => {
  if (++listening >= WORKERS) process.send?.({ port, pids: pids() });
});
cluster.on('exit', () => {
  if (!isEnding) cluster.fork();
  else if (pids().length === 0) process.exit();
});
process.on('message', () => {
  isEnding = true;
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
});
// A spec that was stopped must not leave anything behind.
process.once('disconnect', () => process.exit());
for (let worker = 0; worker < WORKERS; worker++) cluster.fork();
