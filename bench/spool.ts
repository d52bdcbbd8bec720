// What a spool costs the main thread for each record: `npm run build && node build/bench/spool.js`.
// Time and CPU of appending, with all that writing needs, against encoding alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../src/delivery/clock';
import { openSpool } from '../src/delivery/spool/open-spool';
import type { RecordSpool, SpoolPlace } from '../src/delivery/spool/record-spool';
import { resolveSpoolOptions } from '../src/delivery/spool/spool-options';
import { PackedRecord } from '../src/record/packed-record';
import { numberedRecords } from '../spec/support/numbered-records';

const ROUNDS = 5;
const WINDOWS = 100;
const PER_WINDOW = 20; // 2,000 requests a second in windows of 10 ms
const records = numberedRecords(1, PER_WINDOW);
const recordBytes = Buffer.byteLength(JSON.stringify(records[0]));

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function open(directory: string, fsyncMs: number): Promise<RecordSpool> {
  const fail = (): never => {
    throw new Error('The spool refused.');
  };
  return openSpool(resolveSpoolOptions({ directory, fsyncMs }), {
    sinkName: 'bench',
    clock: systemClock,
    hooks: { onRecovered: fail, onDamage: fail, onRefused: fail, onState: fail },
  });
}

interface Cost {
  /** Microseconds per record that `append` holds the caller up. */
  readonly append: number;
  /** Microseconds of CPU per record, all threads of the process. */
  readonly cpu: number;
}

async function measure(take: (index: number) => void, after: () => Promise<unknown> | undefined): Promise<Cost> {
  let spent = 0n;
  const cpuBefore = process.cpuUsage();
  for (let window = 0; window < WINDOWS; window++) {
    const before = process.hrtime.bigint();
    for (let index = 0; index < PER_WINDOW; index++) take(index);
    spent += process.hrtime.bigint() - before;
    await after();
    await setTimeout(10);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const count = WINDOWS * PER_WINDOW;
  return { append: Number(spent) / 1_000 / count, cpu: (user + system) / count };
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'spool-bench-'));
  const runs: Record<string, Cost[]> = {};
  const note = (name: string, cost: Cost): void => void (runs[name] ??= []).push(cost);
  for (let round = 0; round < ROUNDS; round++) {
    note(
      'nothing',
      await measure(
        () => {},
        () => undefined,
      ),
    );
    note(
      'JSON text alone',
      await measure(
        index => void Buffer.from(JSON.stringify(records[index])),
        () => undefined,
      ),
    );
    for (const fsyncMs of [500, 0]) {
      const spool = await open(directory, fsyncMs);
      let places: SpoolPlace[] = [];
      const take = (index: number): void =>
        void places.push(spool.append(PackedRecord.of(records[index]!), true) as SpoolPlace);
      const settleEarlier = (): undefined => {
        spool.settle(places);
        places = [];
      };
      note(`spool, fsyncMs ${fsyncMs}`, await measure(take, settleEarlier));
      await spool.close();
    }
  }
  console.log(`Records of ${recordBytes} bytes, ${PER_WINDOW} in each window of 10 ms; medians of ${ROUNDS} rounds.`);
  for (const [name, costs] of Object.entries(runs)) {
    const [append, cpu] = [median(costs.map(cost => cost.append)), median(costs.map(cost => cost.cpu))];
    console.log(
      `${name.padEnd(20)} append ${append.toFixed(1)} µs, CPU of the process ${cpu.toFixed(1)} µs per record`,
    );
  }
  const spool = await open(directory, 500);
  for (let bytes = 0; bytes < 14 * 1024 ** 2; bytes += recordBytes) spool.append(PackedRecord.of(records[0]!), true);
  const before = performance.now();
  spool.flushSync();
  console.log(`flushSync of 14 MiB: ${(performance.now() - before).toFixed(0)} ms`);
  await spool.close();
  rmSync(directory, { recursive: true });
}

void main();
