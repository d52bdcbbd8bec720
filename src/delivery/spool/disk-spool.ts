import { fileFailureReason } from '../../files/errno';
import { PackedRecord } from '../../record/packed-record';
import type { Clock } from '../clock';
import type { RecordSpool, SpooledRecord, SpoolPlace, SpoolRefusal } from './record-spool';
import { Segment } from './segment';
import { frameLength } from './segment-format';
import type { SpoolFiles } from './spool-files';
import type { SpoolFolders } from './spool-folders';
import type { RefusedRecord, SpoolHooks } from './spool-hooks';
import type { SpoolOptions } from './spool-options';
import { SpoolUpkeep } from './spool-upkeep';
import {
  abandonSegment,
  createSegment,
  finishSegment,
  groupBySegment,
  lengthOf,
  type PendingFrame,
  writeFrames,
  writeFramesSync,
} from './write-segments';

/** What a disk that gives no answer may cost in memory. */
const MAX_PENDING_BYTES = 16 * 1024 ** 2;
const RETRY_MS = 1_000;
/** After so many failures in a row, what is left of a segment counts as lost. */
const MAX_FAILED_READS = 5;

export interface DiskSpoolContext {
  readonly options: Required<SpoolOptions>;
  readonly clock: Clock;
  readonly files: SpoolFiles;
  readonly hooks: SpoolHooks;
  readonly folders: SpoolFolders;
}

/**
 * Records in segment files. All writing happens in cycles, one after the other: write what is pending, then the
 * progress, make both safe if that is due, and delete what is settled.
 */
export class DiskSpool implements RecordSpool {
  /** Oldest first. Only the last one may be unsealed: it is written to. */
  #segments: Segment[] = [];
  #lastId = 0;
  #pending: PendingFrame[] = [];
  /** Taken from `#pending` by the cycle that runs. */
  #writing: readonly PendingFrame[] = [];
  #pendingBytes = 0;
  /** Of those, on the disk already by `flushSync`; the next cycle writes them once more. */
  #flushedBytes = 0;
  readonly #flushed = new WeakSet<PendingFrame>();
  #diskBytes = 0;
  /** Counts appends and settlements. A cycle handles all that came before it. */
  #changes = 0;
  #handledChanges = 0;
  #cycle: Promise<void> | undefined;
  #cancelTimer = (): void => {};
  #timerAt = Infinity;
  #isUnsynced = false;
  #syncedAt = -Infinity;
  /** When the disk is tried again; `undefined` while it works. */
  #retryAt: number | undefined;
  #isMissingFiles = false;
  #isFolderNew = true;
  #closed: Promise<void> | undefined;
  #lastRead: Promise<unknown> = Promise.resolve();
  readonly #upkeep: SpoolUpkeep;

  constructor(private readonly context: DiskSpoolContext) {
    const adopt = (segments: readonly Segment[]): void => this.#adopt(segments);
    this.#upkeep = new SpoolUpkeep({ ...context, adopt, nextId: () => ++this.#lastId });
  }

  /** Resolves when what earlier processes left has been taken over. */
  open(): Promise<void> {
    return this.#upkeep.start();
  }

  get unread(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.unread, 0);
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.unsettledBytes, 0);
  }

  append({ json }: PackedRecord, isHeld: boolean): SpoolPlace | SpoolRefusal {
    const unwrittenBytes = Math.max(0, this.#pendingBytes - this.#flushedBytes);
    if (this.#closed || this.#retryAt !== undefined || unwrittenBytes > MAX_PENDING_BYTES) return 'failing';
    const length = frameLength(json);
    if (this.#diskBytes + length > this.context.options.maxBytes) {
      // What is settled in the segment that is written to takes room until it is deleted.
      const last = this.#segments.at(-1);
      if (last && last.unsettled === 0) last.isSealed = true;
      this.#wake();
      return 'full';
    }
    const segment = this.#segmentFor(length);
    const place = { segment: segment.id, index: segment.records };
    const isPassed = isHeld && this.unread === 0;
    this.#pending.push({ segment, index: place.index, position: segment.end, json, length, isHeld: isPassed });
    segment.add(length, isPassed);
    this.#pendingBytes += length;
    this.#diskBytes += length;
    this.#changes++;
    this.#wake();
    return place;
  }

  async commit(): Promise<void> {
    const target = this.#changes;
    while (this.#handledChanges < target) await this.#runCycle();
  }

  read(limits: { readonly maxRecords: number; readonly maxBytes: number }): Promise<readonly SpooledRecord[]> {
    const reading = this.#lastRead.then(() => this.#read(limits.maxRecords, limits.maxBytes));
    this.#lastRead = reading;
    return reading;
  }

  settle(places: Iterable<SpoolPlace>): void {
    let segment: Segment | undefined;
    for (const { segment: id, index } of places) {
      if (segment?.id !== id) segment = this.#segments.find(candidate => candidate.id === id);
      segment?.settle({ from: index, to: index + 1 });
    }
    this.#changes++;
    this.#wake();
  }

  flushSync(): void {
    const { files } = this.context;
    try {
      for (const group of groupBySegment(this.#unflushed())) {
        writeFramesSync(group[0]!.segment, group, files);
        for (const frame of group) this.#flushed.add(frame);
      }
      for (const segment of this.#segments) segment.saveProgressSync(files);
    } catch (cause) {
      this.#noteFailure(cause);
      // Nobody will try again: the process ends.
      const frames = this.#unflushed();
      for (const [first] of groupBySegment(frames)) this.#diskBytes -= first!.segment.cutBack(first);
      this.#handBack(frames);
    }
    this.#flushedBytes = this.#pendingBytes;
  }

  #unflushed(): PendingFrame[] {
    return [...this.#writing, ...this.#pending].filter(frame => !this.#flushed.has(frame));
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  #adopt(segments: readonly Segment[]): void {
    // What comes from now on is younger, and has to be read later.
    this.#segments = [...this.#segments, ...segments].sort((a, b) => a.id - b.id);
    for (const segment of this.#segments.slice(0, -1)) segment.isSealed = true;
    this.#diskBytes += segments.reduce((sum, segment) => sum + segment.end, 0);
    const recovered = segments.reduce((sum, segment) => sum + segment.unread, 0);
    if (recovered > 0) this.context.hooks.onRecovered(recovered);
    this.#changes++;
    this.#wake();
  }

  #seal(): void {
    const last = this.#segments.at(-1);
    if (last) last.isSealed = true;
  }

  /** The segment that takes a record of this size. */
  #segmentFor(bytes: number): Segment {
    const last = this.#segments.at(-1);
    const isFull = last !== undefined && last.records > 0 && last.end + bytes > this.context.options.segmentBytes;
    if (last && !last.isSealed && !isFull) return last;
    this.#seal();
    const id = ++this.#lastId;
    const segment = new Segment(id, this.context.folders.own, Segment.nameOf(id));
    this.#segments.push(segment);
    this.#diskBytes += segment.end;
    return segment;
  }

  /** Sees to it that a cycle runs, at the latest at a time. */
  #wake(at = this.context.clock.now() + this.context.options.commitMs): void {
    // A cycle that runs sees to the next one itself.
    if (this.#cycle || this.#closed || this.#timerAt <= at) return;
    this.#cancelTimer();
    this.#timerAt = at;
    const { clock } = this.context;
    this.#cancelTimer = clock.setTimer(() => void this.#runCycle(), Math.max(0, at - clock.now()));
  }

  /** Starts a cycle, or joins the one that runs. */
  #runCycle(isLast = false): Promise<void> {
    this.#cancelTimer();
    this.#timerAt = Infinity;
    this.#cycle ??= this.#work(isLast).finally(() => {
      this.#cycle = undefined;
      if (this.#changes > this.#handledChanges) this.#wake();
      if (this.#retryAt !== undefined) this.#wake(this.#retryAt);
      else if (this.#isUnsynced) this.#wake(this.#syncedAt + this.context.options.fsyncMs);
    });
    return this.#cycle;
  }

  async #work(isLast: boolean): Promise<void> {
    const changes = this.#changes;
    const startedAt = this.context.clock.now();
    try {
      if (this.#retryAt === undefined || this.#retryAt <= startedAt || this.#pending.length > 0 || isLast) {
        if (this.#retryAt !== undefined) await this.#tryAgain();
        await this.#writePending();
        const isSyncDue = isLast || startedAt - this.#syncedAt >= this.context.options.fsyncMs;
        await this.#saveProgress(isSyncDue);
        if (isSyncDue) await this.#sync(startedAt);
        if (this.#isMissingFiles) await this.#forgetMissing();
      }
    } catch (cause) {
      await this.#refuse(cause);
    }
    await this.#removeSettled(isLast);
    this.#handledChanges = changes;
  }

  async #writePending(): Promise<void> {
    this.#writing = this.#pending;
    this.#pending = [];
    this.#flushedBytes = 0;
    for (const group of groupBySegment(this.#writing)) {
      const { segment } = group[0]!;
      await this.#begin(segment);
      await writeFrames(segment, group);
      this.#isUnsynced = true;
      this.#writing = this.#writing.slice(group.length);
      this.#pendingBytes -= lengthOf(group);
    }
  }

  /** Makes sure that the file of a segment is open. */
  async #begin(segment: Segment): Promise<void> {
    if (segment.file) return;
    for (const earlier of this.#segments) await finishSegment(earlier);
    // Before the first record of a new segment: else a power failure could leave records behind a position of the past.
    await this.#saveProgress(true);
    await createSegment(segment, this.context.files, this.#isFolderNew);
    this.#isFolderNew = false;
  }

  async #saveProgress(isSynced: boolean): Promise<void> {
    for (const segment of [...this.#segments]) {
      if (segment.writtenEnd > 0) await segment.saveProgress(this.context.files, isSynced);
      this.#isUnsynced ||= segment.hasProgressToKeep(true);
    }
  }

  async #sync(startedAt: number): Promise<void> {
    if (!this.#isUnsynced) return;
    this.#isUnsynced = false;
    this.#syncedAt = startedAt;
    for (const segment of this.#segments) {
      if (!segment.file) continue;
      await segment.file.sync();
      // A file that was deleted from outside takes all that is written to it, and keeps nothing.
      if (!(await this.context.files.touchedAt(segment.path))) this.#isMissingFiles = true;
    }
  }

  /** Deletes segments of which nothing is needed any more. One that cannot be deleted is tried again. */
  async #removeSettled(isLast: boolean): Promise<void> {
    const { files, folders } = this.context;
    for (const segment of [...this.#segments]) {
      const isDone = segment.unsettled === 0 && segment.writtenRecords === segment.records;
      if (!isDone || !(segment.isSealed || isLast)) continue;
      segment.isSealed = true;
      try {
        await finishSegment(segment);
        // Durable before the segment is deleted, unless the disk is full: then deleting is what helps.
        if (segment.writtenEnd > 0) await segment.saveProgress(files, true).catch(() => undefined);
        await segment.remove(files);
      } catch {
        this.#isMissingFiles = true;
        continue;
      }
      this.#segments = this.#segments.filter(other => other !== segment);
      this.#diskBytes -= segment.end;
      if (!this.#segments.some(other => other.directory === segment.directory)) await folders.leave(segment.directory);
    }
  }

  /** Finds out whether the disk works again. */
  async #tryAgain(): Promise<void> {
    await this.#begin(this.#segmentFor(0));
    this.#retryAt = undefined;
    this.context.hooks.onState({ name: 'working' });
  }

  async #refuse(cause: unknown): Promise<void> {
    const frames = [...this.#writing, ...this.#pending];
    const touched = new Set(frames.map(frame => frame.segment));
    for (const segment of this.#segments) if (segment.file) touched.add(segment);
    this.#seal();
    this.#noteFailure(cause);
    for (const segment of touched) this.#diskBytes -= segment.cutBack();
    this.#handBack(frames);
    for (const segment of touched) await abandonSegment(segment);
  }

  #noteFailure(cause: unknown): void {
    const isNew = this.#retryAt === undefined;
    this.#retryAt = this.context.clock.now() + RETRY_MS;
    if (isNew) this.context.hooks.onState({ name: 'failing', reason: fileFailureReason(cause) });
  }

  /** Gives frames back that will not be written, and that their segments know nothing of any more. */
  #handBack(frames: readonly PendingFrame[]): void {
    const gone = new Set(frames);
    this.#writing = this.#writing.filter(frame => !gone.has(frame));
    this.#pending = this.#pending.filter(frame => !gone.has(frame));
    this.#pendingBytes -= lengthOf(frames);
    if (frames.length > 0) this.context.hooks.onRefused(frames.map(refusedRecord));
  }

  /** Files were deleted from outside: what can still be read of them goes back to the lane, the rest is lost. */
  async #forgetMissing(): Promise<void> {
    const { files, hooks } = this.context;
    this.#isMissingFiles = false;
    let lost: number | undefined;
    for (const segment of [...this.#segments]) {
      if (segment.writtenEnd === 0 || (await files.touchedAt(segment.path))) continue;
      this.#isFolderNew = true;
      this.#diskBytes -= segment.cutBack();
      this.#handBack(this.#pending.filter(frame => frame.segment === segment));
      const saved = await segment.readDeleted().catch(() => undefined);
      this.#segments = this.#segments.filter(other => other !== segment);
      this.#diskBytes -= segment.end;
      if (saved && saved.records.length > 0) hooks.onRefused(saved.records);
      lost = (lost ?? 0) + segment.unread + (saved?.damaged ?? 0);
      await abandonSegment(segment);
    }
    if (lost !== undefined)
      hooks.onDamage({ records: lost, reason: 'files of the spool were deleted by somebody else' });
  }

  async #read(maxRecords: number, maxBytes: number): Promise<readonly SpooledRecord[]> {
    while (!this.#closed) {
      const segment = this.#segments.find(candidate => candidate.unread > 0);
      if (!segment) break;
      if (!segment.isReadable) await this.commit();
      if (!segment.isReadable) break;
      try {
        const { records, damaged } = await segment.read(this.context.files, maxRecords, maxBytes);
        segment.failedReads = 0;
        if (damaged > 0)
          this.context.hooks.onDamage({ records: damaged, reason: 'their bytes on the disk have changed' });
        if (records.length > 0) return records;
      } catch (cause) {
        this.#readFailed(segment, cause);
        break;
      }
    }
    return [];
  }

  #readFailed(segment: Segment, cause: unknown): void {
    this.#isMissingFiles = true;
    this.#changes++;
    this.#wake();
    if (++segment.failedReads < MAX_FAILED_READS) return;
    const records = segment.abandon();
    if (records > 0)
      this.context.hooks.onDamage({ records, reason: `they cannot be read: ${fileFailureReason(cause)}` });
  }

  async #close(): Promise<void> {
    await this.#upkeep.stop();
    await this.#lastRead;
    while (this.#cycle) await this.#cycle;
    await this.#runCycle(true);
    this.#cancelTimer();
    for (const segment of this.#segments) await abandonSegment(segment);
    await this.context.folders.release();
  }
}

function refusedRecord({ segment, index, json, isHeld }: PendingFrame): RefusedRecord {
  return { place: { segment: segment.id, index }, record: isHeld ? null : PackedRecord.read(json) };
}
