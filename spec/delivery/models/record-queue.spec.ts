import { expect } from 'chai';
import fc from 'fast-check';
import type { QueuedRecord } from '../../../src/delivery/queued-record';
import { RecordQueue } from '../../../src/delivery/record-queue';
import { checkProperty } from '../../support/check-property';
import { PackedRecord } from '../../../src/record/packed-record';
import { proofScale } from '../../support/proof-scale';

type Overflow = 'drop-oldest' | 'drop-newest';

const BATCH = { maxBatchRecords: 4, maxBatchBytes: 60 };
const QUEUE = { maxQueueRecords: 10, maxQueueBytes: 120 };

/** A queue as one would explain it: a list, from which one record after the other is taken away until there is room. */
interface Model {
  waiting: QueuedRecord[];
  readonly overflow: Overflow;
  sequence: number;
  added: number;
  left: number;
}

type Real = RecordQueue;

const bytesOf = (entries: readonly QueuedRecord[]): number =>
  entries.reduce((sum, { record }) => sum + record.bytes, 0);
const isImportant = ({ record }: QueuedRecord): boolean => record.level !== 'info';
const idsOf = (entries: readonly QueuedRecord[]): number[] => entries.map(({ sequence }) => sequence);

function hasRoom(waiting: readonly QueuedRecord[], added: QueuedRecord): boolean {
  return waiting.length < QUEUE.maxQueueRecords && bytesOf(waiting) + added.record.bytes <= QUEUE.maxQueueBytes;
}

/** What goes for a new record; itself, when giving up all that it may displace would not be enough. */
function victimsOf({ waiting, overflow }: Model, added: QueuedRecord): QueuedRecord[] {
  const ordinary = waiting.filter(entry => !isImportant(entry));
  if (overflow === 'drop-newest') ordinary.reverse();
  const mayGo = overflow === 'drop-newest' && !isImportant(added) ? [] : ordinary;
  if (overflow === 'drop-oldest' && isImportant(added)) mayGo.push(...waiting.filter(isImportant));
  for (let count = 0; count <= mayGo.length; count++) {
    const gone = new Set(mayGo.slice(0, count));
    if (
      hasRoom(
        waiting.filter(entry => !gone.has(entry)),
        added,
      )
    )
      return [...gone];
  }
  return [added];
}

function check(model: Model, real: Real): void {
  expect(real.length).to.equal(model.waiting.length);
  expect(real.bytes).to.equal(bytesOf(model.waiting));
  expect(real.oldest?.sequence).to.equal(model.waiting[0]?.sequence);
  expect(real.newest?.sequence).to.equal(model.waiting.at(-1)?.sequence);
  const { length } = model.waiting;
  expect(real.holdsFullBatch).to.equal(
    length >= BATCH.maxBatchRecords || bytesOf(model.waiting) >= BATCH.maxBatchBytes,
  );
  expect(model.added, 'all that came').to.equal(model.left + length);
}

class Add implements fc.Command<Model, Real> {
  constructor(
    private readonly bytes: number,
    private readonly level: 'info' | 'warn' | 'error',
    private readonly isLoss: boolean,
    private readonly isRestored: boolean,
  ) {}

  check(model: Model): boolean {
    // What is read back from a spool was counted before: there is room for it, within a batch.
    return !this.isRestored || model.waiting.length < QUEUE.maxQueueRecords + BATCH.maxBatchRecords;
  }

  run(model: Model, real: Real): void {
    const sequence = ++model.sequence;
    const kind = this.isLoss ? 'loss' : 'request';
    const record = new PackedRecord(kind, this.level, ' '.repeat(this.bytes));
    const added: QueuedRecord = { record, sequence, pushedAt: 0 };
    model.added++;
    if (this.isRestored) {
      real.restore([added]);
      model.waiting.push(added);
    } else {
      const victims = victimsOf(model, added);
      expect(idsOf(real.add(added)).sort((a, b) => a - b)).to.deep.equal(idsOf(victims).sort((a, b) => a - b));
      model.waiting = [...model.waiting, added].filter(entry => !victims.includes(entry));
      model.left += victims.length;
    }
    check(model, real);
  }

  toString(): string {
    return `${this.isRestored ? 'restore' : 'add'}(${this.bytes} bytes, ${this.isLoss ? 'loss' : this.level})`;
  }
}

class TakeBatch implements fc.Command<Model, Real> {
  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    const batch = real.takeBatch();
    const expected: QueuedRecord[] = [];
    for (const entry of model.waiting) {
      const isOtherKind = expected[0] && expected[0].record.kind !== entry.record.kind;
      const isTooLarge = expected.length > 0 && bytesOf(expected) + entry.record.bytes > BATCH.maxBatchBytes;
      if (isOtherKind || isTooLarge || expected.length === BATCH.maxBatchRecords) break;
      expected.push(entry);
    }
    expect(idsOf(batch)).to.deep.equal(idsOf(expected));
    model.waiting = model.waiting.slice(expected.length);
    model.left += expected.length;
    check(model, real);
  }

  toString(): string {
    return 'takeBatch';
  }
}

class TakeAll implements fc.Command<Model, Real> {
  check(): boolean {
    return true;
  }

  run(model: Model, real: Real): void {
    expect(idsOf(real.takeAll())).to.deep.equal(idsOf(model.waiting));
    model.left += model.waiting.length;
    model.waiting = [];
    check(model, real);
  }

  toString(): string {
    return 'takeAll';
  }
}

const isFull = proofScale() > 1;

describe('a queue against its model', () => {
  it('does the same in every course of events', async () => {
    const add = fc
      .tuple(fc.integer({ min: 1, max: 140 }), fc.constantFrom('info', 'info', 'warn', 'error'), fc.nat(9), fc.nat(5))
      .map(
        ([bytes, level, loss, restored]) =>
          new Add(loss === 9 ? 5 : bytes % 40 || bytes, level, loss === 9, restored === 5),
      );
    const commands = fc.commands(
      [add, add, add, fc.constant(new TakeBatch()), fc.nat(30).map(n => (n === 0 ? new TakeAll() : new TakeBatch()))],
      { size: 'max', maxCommands: 100 },
    );
    const property = fc.property(
      commands,
      fc.constantFrom<Overflow>('drop-oldest', 'drop-newest'),
      (course, overflow) => {
        fc.modelRun(
          () => ({
            model: { waiting: [], overflow, sequence: 0, added: 0, left: 0 },
            real: new RecordQueue({ ...BATCH, ...QUEUE, overflow }),
          }),
          course,
        );
      },
    );
    const { seed, runs } = await checkProperty(property, isFull ? 2_000 : 100);
    if (isFull) console.log(`      ${runs} courses of up to 100 commands, seed ${seed}`);
  }).timeout(600_000);
});
