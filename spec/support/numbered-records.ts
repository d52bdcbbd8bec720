import type { AnyRecord, LogRecord } from '../../src/record/log-record';
import { PackedRecord } from '../../src/record/packed-record';
import { sampleRecord } from './sample-record';

/** A record that can be told from others by its number. */
export function numberedRecord(number = 1, parts: Partial<LogRecord> = {}): LogRecord {
  const id = `0195a1f0-0000-7000-8000-${String(number).padStart(12, '0')}`;
  return sampleRecord({ _id: id, requestId: id, ...parts });
}

/** Records `from` to `to`, both included. */
export function numberedRecords(from: number, to: number): LogRecord[] {
  return Array.from({ length: to - from + 1 }, (_, index) => numberedRecord(from + index));
}

/** The same as it waits for a sink. */
export function packedRecord(number = 1, parts: Partial<LogRecord> = {}): PackedRecord {
  return PackedRecord.of(numberedRecord(number, parts));
}

export function packedRecords(from: number, to: number): PackedRecord[] {
  return numberedRecords(from, to).map(record => PackedRecord.of(record));
}

/** The numbers that records were made with, to compare by. */
export function numbersOf(records: readonly (AnyRecord | PackedRecord)[]): number[] {
  return records.map(record => Number(idOf(record).slice(-12)));
}

export function idOf(record: AnyRecord | PackedRecord): string {
  return (record instanceof PackedRecord ? record.unpack() : record)._id;
}

/** Length of the record as JSON. */
export function recordBytes(record: AnyRecord): number {
  return Buffer.byteLength(JSON.stringify(record));
}
