// Run as a process of its own: prints records to the standard output until a batch is refused, then says so on the
// standard error and goes on living for a moment, as an application would.
import { setTimeout } from 'node:timers/promises';
import { SinkError } from '../../src/errors';
import { consoleSink } from '../../src/sinks/console/console-sink';
import { sampleRecords } from './sample-record';

async function main(): Promise<void> {
  const sink = consoleSink();
  const { signal } = new AbortController();
  for (let batch = 0; batch < 100; batch += 1) {
    try {
      await sink.write(sampleRecords(50), signal);
    } catch (error) {
      const isForGood = error instanceof SinkError && !error.retryable;
      process.stderr.write(isForGood ? 'refused for good\n' : 'refused\n');
      break;
    }
  }
  await sink.write(sampleRecords(1), signal).then(undefined, () => undefined);
  await setTimeout(50);
  process.stderr.write(`alive, ${process.stdout.listenerCount('error')} listeners\n`);
}

void main();
