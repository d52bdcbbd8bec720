import { crc32 } from 'node:zlib';
import type { IndexRange } from './index-ranges';

// A segment is a header and frames; numbers are unsigned, 32 bits, little-endian.
//
//   header   magic (8 bytes) · version · CRC of these 12 bytes
//   frame    magic · check · CRC of all that follows · index · length · JSON text of one record
//
// Its index, from 0, tells each frame from its neighbours, so that damage between two frames counts exactly. Its check is
// index, length and CRC combined by exclusive or: a torn record (good head, missing rest) is told from a damaged one.
//
// Beside a segment lies its progress: entries of one size, each a range of settled indices.
//
//   entry    magic · from · to (excluded) · CRC of these 12 bytes

const VERSION = 1;
const SEGMENT_MAGIC = Buffer.from('\xF5LCSPOOL', 'latin1');
// Bytes that UTF-8 never has: within the text of a record no frame can seem to begin.
const FRAME_MAGIC = Buffer.from([0xf5, 0x4c, 0x43, 0xf7]);
const FRAME_MAGIC_NUMBER = FRAME_MAGIC.readUInt32LE();
const ENTRY_MAGIC = 0xf8434cf5;

export const SEGMENT_HEADER_BYTES = 16;
export const FRAME_HEAD_BYTES = 20;
export const ENTRY_BYTES = 16;

export function segmentHeader(): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  SEGMENT_MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(crc32(header.subarray(0, 12)), 12);
  return header;
}

/** `foreign`: another version wrote it, or something else did. `damaged`: nobody can tell. */
export function readSegmentHeader(segment: Buffer): 'readable' | 'foreign' | 'damaged' {
  const isWhole = segment.length >= SEGMENT_HEADER_BYTES && segment.subarray(0, 8).equals(SEGMENT_MAGIC);
  if (!isWhole || crc32(segment.subarray(0, 12)) !== segment.readUInt32LE(12)) return 'damaged';
  return segment.readUInt32LE(8) === VERSION ? 'readable' : 'foreign';
}

/** What a record of this text takes up in a segment. */
export function frameLength(json: string): number {
  return FRAME_HEAD_BYTES + Buffer.byteLength(json);
}

/** Writes a frame to the whole of these bytes, which are as many as {@link frameLength} says. */
export function fillFrame(frame: Buffer, index: number, json: string): void {
  FRAME_MAGIC.copy(frame);
  frame.writeUInt32LE(index, 12);
  frame.writeUInt32LE(frame.length - FRAME_HEAD_BYTES, 16);
  frame.write(json, FRAME_HEAD_BYTES);
  const crc = crc32(frame.subarray(12));
  frame.writeUInt32LE(crc, 8);
  frame.writeUInt32LE((crc ^ index ^ frame.readUInt32LE(16)) >>> 0, 4);
}

/** A whole frame; `at` and `end` are places in the bytes it was found in. */
export interface Frame {
  readonly index: number;
  readonly at: number;
  /** Where the next one begins. */
  readonly end: number;
}

/** The frame that begins at `at`. `torn`: its head is good, or cut off, and its rest is missing. */
export function readFrame(bytes: Buffer, at: number): Frame | 'torn' | 'damaged' {
  if (bytes.length - at < FRAME_HEAD_BYTES) return 'torn';
  const check = bytes.readUInt32LE(at + 4);
  const crc = bytes.readUInt32LE(at + 8);
  const index = bytes.readUInt32LE(at + 12);
  const length = bytes.readUInt32LE(at + 16);
  if (bytes.readUInt32LE(at) !== FRAME_MAGIC_NUMBER || check !== (crc ^ index ^ length) >>> 0) return 'damaged';
  const end = at + FRAME_HEAD_BYTES + length;
  if (end > bytes.length) return 'torn';
  return crc32(bytes.subarray(at + 12, end)) === crc ? { index, at, end } : 'damaged';
}

/** All whole frames from `at` on, also those behind damage. */
export function* framesIn(bytes: Buffer, at = 0): Generator<Frame> {
  while (at !== -1 && at < bytes.length) {
    const frame = readFrame(bytes, at);
    if (typeof frame === 'object') yield frame;
    at = typeof frame === 'object' ? frame.end : bytes.indexOf(FRAME_MAGIC, at + 1);
  }
}

export function frameText(bytes: Buffer, { at, end }: Frame): string {
  return bytes.toString('utf8', at + FRAME_HEAD_BYTES, end);
}

export function encodeProgress(settled: readonly IndexRange[]): Buffer {
  const bytes = Buffer.alloc(settled.length * ENTRY_BYTES);
  settled.forEach(({ from, to }, place) => {
    const at = place * ENTRY_BYTES;
    bytes.writeUInt32LE(ENTRY_MAGIC, at);
    bytes.writeUInt32LE(from, at + 4);
    bytes.writeUInt32LE(to, at + 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 12)), at + 12);
  });
  return bytes;
}

/** What was settled for certain. An entry that is torn or damaged settles nothing: its records come again. */
export function decodeProgress(bytes: Buffer): IndexRange[] {
  const settled: IndexRange[] = [];
  for (let at = 0; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const isWhole =
      bytes.readUInt32LE(at) === ENTRY_MAGIC && crc32(bytes.subarray(at, at + 12)) === bytes.readUInt32LE(at + 12);
    if (isWhole) settled.push({ from: bytes.readUInt32LE(at + 4), to: bytes.readUInt32LE(at + 8) });
  }
  return settled;
}
