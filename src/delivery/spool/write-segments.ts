import { dirname } from 'node:path';
import type { Segment } from './segment';
import { fillFrame, segmentHeader } from './segment-format';
import type { SpoolFiles } from './spool-files';

/** A record on its way to the disk. Its place there is fixed, so that writing it again changes nothing. */
export interface PendingFrame {
  readonly segment: Segment;
  readonly index: number;
  readonly position: number;
  /** The record. As a text, because bytes beside the heap outlive their use: nothing but a full collection frees them. */
  readonly json: string;
  /** Of the frame, in bytes. */
  readonly length: number;
  readonly isHeld: boolean;
}

/** Frames that follow one another in one segment. */
export function* groupBySegment(frames: readonly PendingFrame[]): Generator<readonly PendingFrame[]> {
  for (let from = 0; from < frames.length;) {
    let to = from + 1;
    while (frames[to]?.segment === frames[from]!.segment) to++;
    yield frames.slice(from, to);
    from = to;
  }
}

/** What these frames take up together. */
export function lengthOf(frames: readonly PendingFrame[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

function bytesOf(frames: readonly PendingFrame[]): Buffer {
  const bytes = Buffer.allocUnsafe(lengthOf(frames));
  let at = 0;
  for (const { index, json, length } of frames) {
    fillFrame(bytes.subarray(at, at + length), index, json);
    at += length;
  }
  return bytes;
}

/** Writes frames of one segment, whose file is open. */
export async function writeFrames(segment: Segment, frames: readonly PendingFrame[]): Promise<void> {
  const bytes = bytesOf(frames);
  await segment.file!.write(bytes, frames[0]!.position);
  segment.writtenEnd = frames[0]!.position + bytes.length;
  segment.writtenRecords = frames.at(-1)!.index + 1;
}

/** Begins the file of a segment. Its name survives a power failure before there is a record in it. */
export async function createSegment(segment: Segment, files: SpoolFiles, isFirstOfFolder: boolean): Promise<void> {
  await files.makeDirectory(segment.directory);
  const file = await files.open(segment.path, 'write');
  try {
    await file.write(segmentHeader(), 0);
    await file.sync();
    await files.syncDirectory(segment.directory);
    if (isFirstOfFolder) await syncParents(segment.directory, files);
  } catch (cause) {
    await file.close().catch(() => undefined);
    throw cause;
  }
  segment.file = file;
  segment.writtenEnd = segmentHeader().length;
}

/** The folders of the process, of the sink and of all spools may be new. */
async function syncParents(directory: string, files: SpoolFiles): Promise<void> {
  for (let folder = directory, level = 0; level < 3; level++) {
    folder = dirname(folder);
    await files.syncDirectory(folder);
  }
}

/** Makes a segment safe from a power failure and closes it. */
export async function finishSegment(segment: Segment): Promise<void> {
  const { file } = segment;
  if (!file) return;
  await file.sync();
  segment.file = undefined;
  await file.close();
}

/** Takes back what a failed write may have left, as far as the disk lets us, and closes the segment. */
export async function abandonSegment(segment: Segment): Promise<void> {
  const { file } = segment;
  if (!file) return;
  segment.file = undefined;
  // What stays is told from good frames when it is read.
  await file.truncate(segment.writtenEnd).catch(() => undefined);
  await file.close().catch(() => undefined);
}

/** Writes frames of one segment at once, while the same may be on its way to the same places. */
export function writeFramesSync(segment: Segment, frames: readonly PendingFrame[], files: SpoolFiles): void {
  const open = segment.file;
  if (!open) files.makeDirectorySync(segment.directory);
  const file = open ?? files.openSync(segment.path, 'write');
  try {
    if (!open) file.writeSync(segmentHeader(), 0);
    file.writeSync(bytesOf(frames), frames[0]!.position);
    file.syncSync();
  } finally {
    if (!open) file.closeSync();
  }
}
