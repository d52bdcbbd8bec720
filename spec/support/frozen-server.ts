import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { mongoSink } from '../../src/mongo';
import { deliver, mongoRecords } from './mongo-records';

const LIMITS = { serverSelectionTimeoutMS: 500, heartbeatFrequencyMS: 500, minHeartbeatFrequencyMS: 10 };

/** Writes to a scripted server in a process of its own, which is stopped in the middle by SIGSTOP, for `frozenMs`. */
export async function writeThroughFreeze(frozenMs: number, batchCount: number): Promise<{ readonly attempts: number }> {
  const child = spawn(process.execPath, [join(__dirname, 'scripted-mongo-process.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const { value: address } = (await lines.next()) as { readonly value: string };
  const sink = mongoSink({
    url: `mongodb://${address}/?directConnection=true`,
    indexes: false,
    clientOptions: LIMITS,
  });
  const batches = Array.from({ length: batchCount }, (_, number) => mongoRecords(50, `b${number}`));
  let attempts = 0;
  try {
    await sink.open?.({ report: () => {} });
    for (const [number, batch] of batches.entries()) {
      let thawed: Promise<unknown> | undefined;
      if (number === Math.floor(batchCount / 2)) {
        child.kill('SIGSTOP');
        thawed = sleep(frozenMs).then(() => child.kill('SIGCONT'));
      }
      const delivered = await deliver(sink, batch, { attemptMs: Math.max(50, frozenMs / 10) });
      expect(delivered.rejectedIds).to.deep.equal([]);
      attempts += delivered.attempts;
      await thawed;
    }
    child.stdin.end();
    const { value: stored } = (await lines.next()) as { readonly value: string };
    expect((JSON.parse(stored) as string[]).sort()).to.deep.equal(
      batches
        .flat()
        .map(({ _id }) => _id)
        .sort(),
    );
    return { attempts };
  } finally {
    await sink.close?.();
    child.kill('SIGKILL');
  }
}
