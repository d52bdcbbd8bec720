import { join } from 'node:path';
import { PackedRecord } from '../../record/packed-record';
import { IndexRanges, type IndexRange } from './index-ranges';
import type { SpooledRecord } from './record-spool';
import { encodeProgress, ENTRY_BYTES, framesIn, frameText, SEGMENT_HEADER_BYTES } from './segment-format';
import type { SegmentScan } from './segment-scan';
import type { SpoolFile, SpoolFiles } from './spool-files';

const LEAST_READ_BYTES = 64 * 1024;
const SEGMENT_SUFFIX = '.spool';
const PROGRESS_SUFFIX = '.settled';

/** What was read, and how many records had to be passed over because they are damaged. */
export interface SegmentRead {
  readonly records: readonly SpooledRecord[];
  readonly damaged: number;
}

/** Bytes of a segment. */
interface Piece {
  readonly bytes: Buffer;
  /** Their place in the file. */
  readonly from: number;
  /** Given when they go as far as anything was written: what is missing then is lost. */
  readonly recordsAtEnd: number | undefined;
}

/** One file of records, how far it was read, and which of its records are settled. No record is held in memory. */
export class Segment {
  readonly path: string;
  readonly progressPath: string;
  /** Also those on their way to the disk. */
  records = 0;
  end = SEGMENT_HEADER_BYTES;
  writtenRecords = 0;
  writtenEnd = 0;
  /** Records behind the cursor that are not settled. */
  unread = 0;
  /** Open while it is written to. */
  file: SpoolFile | undefined;
  isSealed = false;
  failedReads = 0;
  #readIndex = 0;
  #readAt = SEGMENT_HEADER_BYTES;
  readonly #settled = new IndexRanges();
  #unsaved: IndexRange[] = [];
  #saving: readonly IndexRange[] = [];
  #progressEnd = 0;
  #isProgressUnsynced = false;
  #isProgressNew = true;

  constructor(
    /** Larger than that of every earlier segment of this spool. */
    readonly id: number,
    readonly directory: string,
    name: string,
  ) {
    this.path = join(directory, name + SEGMENT_SUFFIX);
    this.progressPath = join(directory, name + PROGRESS_SUFFIX);
  }

  static nameOf(id: number): string {
    return String(id).padStart(10, '0');
  }

  /** The names of segments, and of progress without a segment, among the names in a folder. */
  static namesIn(entries: readonly string[]): {
    readonly segments: readonly string[];
    readonly left: readonly string[];
  } {
    const named = (suffix: string): string[] =>
      entries.filter(entry => entry.endsWith(suffix)).map(entry => entry.slice(0, -suffix.length));
    const segments = named(SEGMENT_SUFFIX);
    return { segments, left: named(PROGRESS_SUFFIX).filter(name => !segments.includes(name)) };
  }

  /** Takes over what an earlier process wrote. Nothing is added to it any more. Returns how many records are lost. */
  adopt({ records, end, damaged }: SegmentScan, settled: readonly IndexRange[], progressBytes: number): number {
    this.isSealed = true;
    this.records = this.writtenRecords = records;
    this.end = this.writtenEnd = end;
    this.#progressEnd = progressBytes - (progressBytes % ENTRY_BYTES);
    this.#isProgressNew = progressBytes === 0;
    for (const range of settled) this.#settled.add(range);
    // Noted, so that the next process does not count them again.
    const lost = damaged.reduce((sum, range) => sum + this.settle(range), 0);
    this.unread = this.unsettled;
    return lost;
  }

  /** Whether some of what is unread has been written. */
  get isReadable(): boolean {
    return this.unread > 0 && this.#readAt < this.writtenEnd;
  }

  get unsettled(): number {
    return this.#settled.missingIn({ from: 0, to: this.records });
  }

  /** Its bytes that are not settled, as if all of its records were of one size. */
  get unsettledBytes(): number {
    if (this.records === 0) return 0;
    return Math.round(((this.end - SEGMENT_HEADER_BYTES) * this.unsettled) / this.records);
  }

  /** Notes a record that was appended at its end. */
  add(bytes: number, isHeld: boolean): void {
    this.records++;
    this.end += bytes;
    if (isHeld) {
      this.#readIndex = this.records;
      this.#readAt = this.end;
    } else {
      this.unread++;
    }
  }

  /** Returns how many of them were not settled before. */
  settle(range: IndexRange): number {
    let count = 0;
    for (const added of this.#settled.add(range)) {
      count += added.to - added.from;
      const last = this.#unsaved.at(-1);
      if (last?.to === added.from) this.#unsaved[this.#unsaved.length - 1] = { from: last.from, to: added.to };
      else this.#unsaved.push(added);
    }
    return count;
  }

  /**
   * Forgets what is not on the disk. Returns the bytes that it would have taken.
   *
   * @param first - The first record to be forgotten. @defaultValue the first that no cycle has written
   */
  cutBack({ index, position } = { index: this.writtenRecords, position: this.writtenEnd }): number {
    const refusedBytes = this.end - Math.max(position, SEGMENT_HEADER_BYTES);
    this.unread -= this.records - Math.max(this.#readIndex, index);
    // Their places stay settled: should they be on the disk after all, they must not come again.
    this.settle({ from: index, to: this.records });
    this.records = index;
    this.end -= refusedBytes;
    this.#readIndex = Math.min(this.#readIndex, this.records);
    this.#readAt = Math.min(this.#readAt, this.end);
    this.isSealed = true;
    return refusedBytes;
  }

  /** Reads on from the cursor. Rejects when the disk cannot be read. */
  async read(files: SpoolFiles, maxRecords: number, maxBytes: number): Promise<SegmentRead> {
    // A descriptor of its own: a cycle may finish the segment meanwhile, and another file take the number of the other one.
    const file = await files.open(this.path, 'read');
    let piece: Piece;
    try {
      piece = await this.#pieceOf(file, maxBytes);
    } finally {
      await file.close();
    }
    return this.#take(piece, maxRecords, maxBytes);
  }

  /** The rest of a file that was deleted from outside, as long as it is open. Only for the cycle, which closes it. */
  async readDeleted(): Promise<SegmentRead | undefined> {
    if (!this.file || !this.isReadable) return undefined;
    return this.#take(await this.#pieceOf(this.file, Infinity), Infinity, Infinity);
  }

  async #pieceOf(file: SpoolFile, maxBytes: number): Promise<Piece> {
    const from = this.#readAt;
    const upTo = { records: this.writtenRecords, rest: this.writtenEnd - from };
    let bytes = await file.read(Math.min(Math.max(LEAST_READ_BYTES, maxBytes), upTo.rest), from);
    const isTooShort = framesIn(bytes).next().done === true && bytes.length < upTo.rest;
    if (isTooShort) bytes = await file.read(upTo.rest, from);
    const isWhole = isTooShort || bytes.length === upTo.rest;
    return { bytes, from, recordsAtEnd: isWhole ? upTo.records : undefined };
  }

  #take({ bytes, from, recordsAtEnd }: Piece, maxRecords: number, maxBytes: number): SegmentRead {
    const records: SpooledRecord[] = [];
    let damaged = 0;
    let readTo = 0;
    for (const frame of framesIn(bytes)) {
      const isFull = records.length >= maxRecords || (records.length > 0 && frame.end > maxBytes);
      if (isFull) {
        this.#readAt = from + readTo;
        return { records, damaged };
      }
      readTo = frame.end;
      if (frame.index < this.#readIndex) continue;
      damaged += this.#giveUp(frame.index);
      const record = this.#settled.has(frame.index) ? null : tryToRead(frameText(bytes, frame));
      if (record === undefined) {
        damaged += this.#giveUp(frame.index + 1);
      } else if (record) {
        const place = { segment: this.id, index: frame.index };
        records.push({ record, place, bytes: frame.end - frame.at });
        this.unread--;
      }
      this.#readIndex = frame.index + 1;
    }
    if (recordsAtEnd !== undefined) damaged += this.#giveUp(recordsAtEnd);
    this.#readAt = from + (recordsAtEnd === undefined ? readTo : bytes.length);
    return { records, damaged };
  }

  /** Settles what cannot be read, up to an index. */
  #giveUp(index: number): number {
    const lost = this.settle({ from: this.#readIndex, to: index });
    this.unread -= lost;
    this.#readIndex = Math.max(this.#readIndex, index);
    return lost;
  }

  /** Gives up all that was not read. Returns how many records that were. */
  abandon(): number {
    this.#readAt = this.writtenEnd;
    return this.#giveUp(this.writtenRecords);
  }

  /** Whether there is progress that a power failure, or even a crash, would undo. */
  hasProgressToKeep(isSynced: boolean): boolean {
    return this.#unsaved.length > 0 || (isSynced && this.#isProgressUnsynced);
  }

  /** Writes what was settled since the last time, and optionally makes it safe from a power failure. */
  async saveProgress(files: SpoolFiles, isSynced: boolean): Promise<void> {
    if (!this.hasProgressToKeep(isSynced)) return;
    this.#saving = this.#unsaved;
    this.#unsaved = [];
    try {
      const file = await files.open(this.progressPath, 'write');
      try {
        if (this.#saving.length > 0) await file.write(encodeProgress(this.#saving), this.#progressEnd);
        if (isSynced) await file.sync();
      } finally {
        await file.close();
      }
      if (isSynced && this.#isProgressNew) await files.syncDirectory(this.directory);
      this.#progressEnd += this.#saving.length * ENTRY_BYTES;
      this.#isProgressUnsynced = !isSynced;
      if (isSynced) this.#isProgressNew = false;
    } catch (cause) {
      this.#unsaved = [...this.#saving, ...this.#unsaved];
      throw cause;
    } finally {
      this.#saving = [];
    }
  }

  /** The same at once. What is written is written once more when the process goes on, to the same place. */
  saveProgressSync(files: SpoolFiles): void {
    const unsaved = [...this.#saving, ...this.#unsaved];
    if (unsaved.length === 0) return;
    const file = files.openSync(this.progressPath, 'write');
    try {
      file.writeSync(encodeProgress(unsaved), this.#progressEnd);
      file.syncSync();
    } finally {
      file.closeSync();
    }
  }

  async remove(files: SpoolFiles): Promise<void> {
    // In this order: without its progress, a segment that is left would come again as a whole.
    await files.remove(this.path);
    if (this.writtenEnd > 0) await files.syncDirectory(this.directory);
    await files.remove(this.progressPath);
  }
}

function tryToRead(json: string): PackedRecord | undefined {
  try {
    return PackedRecord.read(json);
  } catch {
    return undefined;
  }
}
