import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogRecord } from 'logged-controllers';
import type { EndingCase, EndingReport } from './shutdown/ending-case';
import { describeMachine } from './support/machine';
import { sampleRecord } from './support/sample-records';
import { POST_ORDER } from './apps/workloads';

// How long a process takes to end with records in hand, and where they are then.

const ROUNDS = 5;
const MIB = 1024 ** 2;
const PROCESS = join(__dirname, 'shutdown', 'ending-process.js');

function cases(sample: LogRecord): Omit<EndingCase, 'directory' | 'sample'>[] {
  const bytes = Buffer.byteLength(JSON.stringify(sample));
  const waiting = { records: 10_000, maxBatchRecords: 100 };
  return [
    { name: 'SIGTERM, 10,000 records, a file', sink: 'file', ...waiting, deadlineMs: 5_000 },
    { name: 'SIGTERM, 10,000 records, 200 ms for 100', sink: 'slow', ...waiting, deadlineMs: 5_000 },
    {
      name: 'SIGTERM, 10,000 records, 200 ms for 500',
      sink: 'slow',
      ...waiting,
      maxBatchRecords: 500,
      deadlineMs: 5_000,
    },
    { name: 'SIGTERM, 10,000 records, a sink that is down', sink: 'down', ...waiting, deadlineMs: 1_000 },
    {
      name: 'process.exit(), 32 MiB of records',
      sink: 'down',
      records: Math.ceil((32 * MIB) / bytes),
      maxBatchRecords: 100,
      deadlineMs: null,
    },
  ];
}

async function run(ending: EndingCase): Promise<EndingReport & { readonly exitMs: number }> {
  const child = fork(PROCESS, [JSON.stringify(ending)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let report = '';
  child.stdout?.setEncoding('utf8').on('data', text => (report += text));
  const ended = once(child, 'close');
  let start = performance.now();
  child.once('message', () => {
    start = performance.now();
    if (ending.deadlineMs !== null) child.kill('SIGTERM');
  });
  const [code, signal] = await ended;
  if (report === '') throw new Error(`"${ending.name}" ended without a report: ${code ?? signal}.`);
  return { ...(JSON.parse(report) as EndingReport), exitMs: performance.now() - start };
}

async function main(): Promise<void> {
  const sample = await sampleRecord(POST_ORDER);
  console.log(describeMachine(new Date()));
  console.log('| case | until the exit, ms (median, worst) | delivered | in the spool | lost |');
  console.log('| --- | --- | --- | --- | --- |');
  for (const ending of cases(sample)) {
    const results = [];
    for (let round = 0; round < ROUNDS; round++) {
      const directory = await mkdtemp(join(tmpdir(), 'logged-bench-'));
      results.push(await run({ ...ending, directory, sample }));
      await rm(directory, { recursive: true, force: true });
    }
    const times = results
      .map(({ tookMs, exitMs }) => (ending.deadlineMs === null ? tookMs : exitMs))
      .sort((a, b) => a - b);
    const { delivered, spooled } = results[0]!;
    const lost = results.reduce((sum, each) => sum + each.lost, 0);
    console.log(
      `| ${ending.name} | ${times[ROUNDS >> 1]!.toFixed(0)}, ${times.at(-1)!.toFixed(0)} | ${delivered} | ${spooled} | ${lost} |`,
    );
  }
}

void main();
