import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DeadLetterOptions } from '../../src/delivery/dead-letter-options';
import { numberedRecord, numbersOf } from '../support/numbered-records';
import { RecordingSink, refuseHolding, rejectAt } from '../support/recording-sink';
import { useTemporaryDirectory } from '../support/temporary-directory';
import { testDelivery } from '../support/test-delivery';

interface Line {
  readonly at: string;
  readonly sink: string;
  readonly reason: string;
  readonly record?: { readonly _id: string };
  readonly _id?: string;
}

describe('the dead letters of a sink', () => {
  const directory = useTemporaryDirectory();
  const fileOf = (sink = 'recording'): string => join(directory(), 'letters', `${sink}-dead-letters.ndjson`);
  const linesOf = async (sink?: string): Promise<Line[]> =>
    (await readFile(fileOf(sink), 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Line);

  function deliveryWith(options: DeadLetterOptions = {}, sink = new RecordingSink()) {
    const deadLetters = { directory: join(directory(), 'letters'), ...options };
    return { ...testDelivery({ sinks: [sink], deadLetters, maxDelayMs: 1 }), sink };
  }

  async function close({ delivery, clock }: ReturnType<typeof deliveryWith>): Promise<void> {
    const closed = delivery.close();
    await clock.settle();
    await closed;
  }

  it('are a line for each rejected record, with its reason, for the eyes of its owner', async () => {
    const test = deliveryWith();
    test.sink.onWrites(rejectAt(1)).onEveryWrite(refuseHolding(4));
    test.push(3);
    await test.clock.advance(10);
    test.push(2);
    await test.clock.advance(10);
    await close(test);
    const lines = await linesOf();
    expect(lines.map(({ reason }) => reason)).to.deep.equal(['too large', 'a mapping failed']);
    expect(numbersOf(lines.map(({ record }) => record as never))).to.deep.equal([2, 4]);
    expect(lines[0]!.record).to.deep.equal(JSON.parse(JSON.stringify(numberedRecord(2))));
    expect(lines[0]).to.include({ sink: 'recording', at: '2025-03-01T12:00:00.001Z' });
    expect(test.lane('recording')).to.include({ deadLetters: 2 });
    expect((await stat(fileOf())).mode & 0o777).to.equal(0o600);
    expect((await stat(join(directory(), 'letters'))).mode & 0o777).to.equal(0o700);
  });

  it('have a file of their own for each sink, whatever its name', async () => {
    const test = deliveryWith({}, new RecordingSink('audit / EU'));
    test.sink.onWrites(rejectAt(0));
    test.push(1);
    await test.clock.advance(10);
    await close(test);
    expect(await linesOf('audit___EU')).to.have.length(1);
  });

  it('are no file when nothing was rejected', async () => {
    const test = deliveryWith();
    test.push(3);
    await test.clock.advance(10);
    await close(test);
    expect(await stat(fileOf()).catch(() => null)).to.equal(null);
  });

  it('take no more room than told; what does not fit is told and counted', async () => {
    const test = deliveryWith({ maxBytes: 5_000 });
    test.sink.onEveryWrite(rejectAt(0));
    for (let number = 0; number < 10; number++) {
      test.push(1);
      await test.clock.advance(10);
    }
    await close(test);
    expect((await stat(fileOf())).size).to.be.within(2_500, 5_000);
    const { deadLetters, dropped } = test.lane('recording');
    expect(dropped.rejected).to.equal(10);
    expect(await linesOf()).to.have.length(deadLetters);
    expect(test.reports.map(({ code }) => code)).to.deep.equal(['RECORDS_DROPPED', 'DEAD_LETTER_FAILED']);
    expect(test.reports[1]!.message).to.contain('the file has reached delivery.deadLetters.maxBytes (5000)');
  });

  it('that cannot be written are told, and later ones are written when that is possible again', async () => {
    await writeFile(join(directory(), 'letters'), '');
    const test = deliveryWith();
    test.sink.onEveryWrite(rejectAt(0));
    test.push(1);
    await test.clock.advance(10);
    // The disk answers when it likes, before or after the loss is told.
    while (test.reports.length < 2) await test.clock.settle();
    expect(test.reports.map(({ code }) => code)).to.have.members(['RECORDS_DROPPED', 'DEAD_LETTER_FAILED']);
    expect(test.reports.find(({ code }) => code === 'DEAD_LETTER_FAILED')!.message).to.match(
      /^1 record that sink "recording" rejected could not be kept: a part of the path is not a folder \(ENOTDIR\) at /,
    );
    await rm(join(directory(), 'letters'));
    test.push(1);
    await test.clock.advance(10);
    await close(test);
    expect(await linesOf()).to.have.length(1);
    expect(test.lane('recording')).to.include({ deadLetters: 1 });
  });
});
