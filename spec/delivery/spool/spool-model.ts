import { expect } from 'chai';
import fc from 'fast-check';
import type { RecordSpool, SpoolPlace } from '../../../src/delivery/spool/record-spool';
import { FakeDisk, fakeProcesses } from '../../support/fake-disk';
import { ManualClock } from '../../support/manual-clock';
import { numbersOf, packedRecord } from '../../support/numbered-records';
import { readAll, readNumbers, type SpoolNotes, testSpool } from '../../support/test-spool';

const OPTIONS = { directory: '/spool', segmentBytes: 8_192, maxBytes: 65_536 };
const LARGE = { attributes: { text: 'x'.repeat(5_000) } };

/** What a spool should do, said as simply as possible. */
export interface SpoolModel {
  /** How many commands were carried out. */
  done: number;
  isOpen: boolean;
  isFaulty: boolean;
  next: number;
  /** Behind the cursor, in order. */
  unread: number[];
  /** With the lane, by number. */
  held: number[];
  /** Whatever was taken and is not known to be gone for good. */
  readonly maybeOnDisk: Set<number>;
  /** What must come back after a crash. */
  readonly committed: Set<number>;
  /** Settled since progress was last known to be kept. */
  readonly settled: Set<number>;
}

export function emptyModel(): SpoolModel {
  return {
    done: 0,
    isOpen: false,
    isFaulty: false,
    next: 1,
    unread: [],
    held: [],
    maybeOnDisk: new Set(),
    committed: new Set(),
    settled: new Set(),
  };
}

/** A spool on a disk, through all its processes. */
export class RealSpool {
  disk = new FakeDisk();
  clock = new ManualClock();
  spool!: RecordSpool;
  notes!: SpoolNotes;
  readonly places = new Map<number, SpoolPlace>();
  #pid = 0;
  #refusedSeen = 0;

  constructor(
    /** 0: whatever is committed survives a power failure too. */
    private readonly fsyncMs: 0 | 500,
  ) {}

  async open(): Promise<void> {
    const { clock, fsyncMs, disk } = this;
    const processes = fakeProcesses(++this.#pid);
    this.places.clear();
    this.#refusedSeen = 0;
    ({ spool: this.spool, notes: this.notes } = await testSpool({
      ...OPTIONS,
      fsyncMs,
      clock,
      files: disk,
      processes,
    }));
  }

  crash(): void {
    this.disk.crash();
    this.clock = new ManualClock();
    this.disk = this.fsyncMs === 0 ? this.disk.afterPowerFailure(0.5) : this.disk.afterKill();
  }

  /** What a process would find now, found out on a copy. */
  async look(): Promise<number[]> {
    const { spool } = await testSpool({
      ...OPTIONS,
      files: this.disk.afterKill(),
      processes: fakeProcesses(1_000_000),
    });
    return readNumbers(spool);
  }

  /** Follows what the spool told on its own since the last time. */
  takeNotes(model: SpoolModel): void {
    const refused = this.notes.refused.slice(this.#refusedSeen);
    this.#refusedSeen = this.notes.refused.length;
    for (const { place, record } of refused) {
      const [number] = record ? numbersOf([record]) : [this.#numberAt(place)];
      if (record) {
        expect(model.unread, 'given back, and was behind the cursor').to.include(number);
        model.unread = model.unread.filter(other => other !== number);
      }
      model.held = model.held.filter(other => other !== number);
      expect(model.committed.has(number!), `record ${number} was committed and then refused`).to.equal(false);
    }
    expect(this.notes.damage, 'damage').to.deep.equal([]);
    expect(this.spool.unread, 'unread').to.equal(model.unread.length);
  }

  #numberAt(place: SpoolPlace): number | undefined {
    return [...this.places].find(([, { segment, index }]) => segment === place.segment && index === place.index)?.[0];
  }
}

type Command = fc.AsyncCommand<SpoolModel, RealSpool, boolean>;

abstract class OnOpenSpool implements Command {
  check(model: Readonly<SpoolModel>): boolean {
    return model.isOpen;
  }

  async run(model: SpoolModel, real: RealSpool): Promise<void> {
    model.done++;
    await this.act(model, real);
    if (model.isOpen) real.takeNotes(model);
  }

  protected abstract act(model: SpoolModel, real: RealSpool): void | Promise<void>;
}

class Append extends OnOpenSpool {
  constructor(
    private readonly isHeld: boolean,
    private readonly isLarge: boolean,
  ) {
    super();
  }

  override check(model: Readonly<SpoolModel>): boolean {
    return model.isOpen && !(this.isHeld && model.unread.length > 0);
  }

  protected override act(model: SpoolModel, real: RealSpool): void {
    const number = model.next++;
    const place = real.spool.append(packedRecord(number, this.isLarge ? LARGE : {}), this.isHeld);
    if (typeof place === 'string') {
      if (place === 'failing') expect(real.notes.states.at(-1)?.name).to.equal('failing');
      else expect([place, real.spool.bytes > OPTIONS.maxBytes / 4]).to.deep.equal(['full', true]);
      return;
    }
    real.places.set(number, place);
    model.maybeOnDisk.add(number);
    (this.isHeld ? model.held : model.unread).push(number);
  }

  override toString(): string {
    return `append(${this.isHeld ? 'held' : 'unheld'}${this.isLarge ? ', large' : ''})`;
  }
}

class Read extends OnOpenSpool {
  constructor(private readonly count: number) {
    super();
  }

  protected override async act(model: SpoolModel, real: RealSpool): Promise<void> {
    const read = await real.spool.read({ maxRecords: this.count, maxBytes: 1_000_000 });
    // The disk may have refused some of them in the meantime.
    const gone = new Set(numbersOf(real.notes.refused.flatMap(({ record }) => record ?? [])));
    const expected = model.unread.filter(number => !gone.has(number));
    const numbers = numbersOf(read.map(({ record }) => record));
    expect(numbers, 'read in order').to.deep.equal(expected.slice(0, numbers.length));
    if (expected.length > 0) expect(numbers).to.have.length.above(0);
    for (const { record, place } of read) real.places.set(numbersOf([record])[0]!, place);
    model.unread = model.unread.filter(number => !numbers.includes(number));
    model.held.push(...numbers);
  }

  override toString(): string {
    return `read(${this.count})`;
  }
}

class Settle extends OnOpenSpool {
  constructor(
    private readonly count: number,
    private readonly isOldest: boolean,
  ) {
    super();
  }

  protected override act(model: SpoolModel, real: RealSpool): void {
    const numbers = this.isOldest ? model.held.slice(0, this.count) : model.held.slice(-this.count);
    model.held = model.held.filter(number => !numbers.includes(number));
    real.spool.settle(numbers.map(number => real.places.get(number)!));
    for (const number of numbers) {
      model.settled.add(number);
      model.committed.delete(number);
    }
  }

  override toString(): string {
    return `settle(${this.isOldest ? 'oldest' : 'newest'} ${this.count})`;
  }
}

class Commit extends OnOpenSpool {
  protected override async act(model: SpoolModel, real: RealSpool): Promise<void> {
    await real.spool.commit();
    real.takeNotes(model);
    for (const number of [...model.unread, ...model.held]) model.committed.add(number);
    // A disk that refuses keeps no progress either; it is kept as soon as the disk works again.
    if (model.isFaulty || real.notes.states.at(-1)?.name === 'failing') return;
    for (const number of model.settled) model.maybeOnDisk.delete(number);
    model.settled.clear();
  }

  override toString(): string {
    return 'commit()';
  }
}

class Wait extends OnOpenSpool {
  constructor(private readonly ms: number) {
    super();
  }

  protected override async act(_: SpoolModel, real: RealSpool): Promise<void> {
    await real.clock.advance(this.ms);
  }

  override toString(): string {
    return `wait(${this.ms})`;
  }
}

class Crash extends OnOpenSpool {
  constructor(
    private readonly calls: number,
    private readonly isTorn: boolean,
  ) {
    super();
  }

  protected override async act(model: SpoolModel, real: RealSpool): Promise<void> {
    // In the middle of whatever there is to write.
    real.disk.crashPoint = { call: real.disk.calls + this.calls, when: this.isTorn ? 'torn' : 'after' };
    await Promise.race([real.clock.advance(20), real.disk.whenCrashed]);
    real.crash();
    model.isOpen = false;
    model.isFaulty = false;
  }

  override toString(): string {
    return `crash(${this.isTorn ? 'torn ' : ''}call ${this.calls})`;
  }
}

class Close extends OnOpenSpool {
  protected override async act(model: SpoolModel, real: RealSpool): Promise<void> {
    await real.spool.close();
    real.takeNotes(model);
    expect(real.spool.append(packedRecord(0), false)).to.equal('failing');
    model.isOpen = false;
    if (model.isFaulty) return;
    for (const number of [...model.unread, ...model.held]) model.committed.add(number);
    for (const number of model.settled) model.maybeOnDisk.delete(number);
    model.settled.clear();
  }

  override toString(): string {
    return 'close()';
  }
}

class FailDisk implements Command {
  constructor(private readonly errno: string) {}

  check(): boolean {
    return true;
  }

  run(model: SpoolModel, real: RealSpool): Promise<void> {
    model.done++;
    model.isFaulty = true;
    real.disk.fault = this.errno;
    return Promise.resolve();
  }

  toString(): string {
    return `failDisk(${this.errno})`;
  }
}

class HealDisk implements Command {
  check(model: Readonly<SpoolModel>): boolean {
    return model.isFaulty;
  }

  async run(model: SpoolModel, real: RealSpool): Promise<void> {
    model.done++;
    model.isFaulty = false;
    real.disk.fault = undefined;
    if (!model.isOpen) return;
    await real.clock.advance(1_000);
    expect(real.notes.states.at(-1)?.name ?? 'working').to.equal('working');
    real.takeNotes(model);
  }

  toString(): string {
    return 'healDisk()';
  }
}

class Reopen implements Command {
  check(model: Readonly<SpoolModel>): boolean {
    return !model.isOpen && !model.isFaulty;
  }

  async run(model: SpoolModel, real: RealSpool): Promise<void> {
    model.done++;
    const found = await real.look();
    const lost = [...model.committed].filter(number => !found.includes(number));
    expect(lost, 'committed and gone').to.deep.equal([]);
    const wrong = found.filter(number => !model.maybeOnDisk.has(number));
    expect(wrong, 'back, and gone for good before').to.deep.equal([]);
    expect(new Set(found).size, 'once each').to.equal(found.length);
    await real.open();
    expect(real.notes.recovered).to.equal(found.length);
    model.isOpen = true;
    model.unread = found;
    model.held = [];
    model.settled.clear();
    model.maybeOnDisk.clear();
    model.committed.clear();
    for (const number of found) {
      model.maybeOnDisk.add(number);
      model.committed.add(number);
    }
    real.takeNotes(model);
  }

  toString(): string {
    return 'reopen()';
  }
}

export function spoolCommands(maxCommands: number) {
  const append = fc
    .tuple(fc.boolean(), fc.nat({ max: 4 }))
    .map(([isHeld, size]): Command => new Append(isHeld, size === 4));
  return fc.commands(
    [
      ...Array.from({ length: 4 }, () => append),
      fc.integer({ min: 1, max: 8 }).map(count => new Read(count)),
      fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean()).map(([count, isOldest]) => new Settle(count, isOldest)),
      fc.constant(new Commit()),
      fc.constantFrom(1, 10, 500, 10_000).map(ms => new Wait(ms)),
      fc.tuple(fc.integer({ min: 1, max: 12 }), fc.boolean()).map(([calls, isTorn]) => new Crash(calls, isTorn)),
      fc.constantFrom('ENOSPC', 'EIO', 'EMFILE').map(errno => new FailDisk(errno)),
      fc.constant(new HealDisk()),
      fc.constant(new Close()),
      // A spool that is closed can only be opened: oftener, or most commands would not fit.
      ...Array.from({ length: 6 }, () => fc.constant(new Reopen())),
    ],
    { maxCommands, size: 'max' },
  );
}

/** At the end of each course: whatever should be there is there, and can be settled. */
export async function expectEnd(model: SpoolModel, real: RealSpool): Promise<void> {
  if (model.isOpen) {
    real.crash();
    model.isOpen = false;
  }
  model.isFaulty = false;
  real.disk.fault = undefined;
  await new Reopen().run(model, real);
  real.spool.settle((await readAll(real.spool)).map(({ place }) => place));
  await real.spool.close();
  expect(real.disk.files(), 'files left').to.deep.equal([]);
}
