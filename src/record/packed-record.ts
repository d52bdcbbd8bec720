import type { AnyRecord, LogRecord } from './log-record';
import { stringifyRecord } from './record-json';

const TEXT = Symbol('record as JSON text');
const PARSED = Symbol('record from its text');

interface Packed {
  readonly [TEXT]: string;
  [PARSED]: LogRecord | undefined;
}

/** Most of a record, and nothing that has to be looked at while it waits. */
const PARTS = ['client', 'request', 'response', 'error', 'attributes', 'redactions'] as const;

// One function for each name, not for each record: objects with functions of their own are all of different kinds for the
// engine.
const GETTERS = new Map<string, PropertyDescriptor>(
  PARTS.map(name => {
    const get = function (this: Packed) {
      return (this[PARSED] ??= JSON.parse(this[TEXT]) as LogRecord)[name];
    };
    return [name, { enumerable: true, get }];
  }),
);

/** A record that waits, and what it takes. */
export interface PackedRecord {
  readonly record: AnyRecord;
  /** Length in UTF-8, as JSON. */
  readonly bytes: number;
}

/**
 * The record as it may wait for long: one text instead of a tree of objects, which takes a third of the memory and which
 * the garbage collector moves as one. Its parts are there again for whoever reads them, and whoever wants JSON gets the
 * text.
 *
 * @throws {@link TypeError} when the record cannot be written as JSON.
 */
export function packRecord(record: LogRecord): PackedRecord {
  const text = stringifyRecord(record);
  const packed = {};
  Object.defineProperty(packed, TEXT, { value: text });
  Object.defineProperty(packed, PARSED, { value: undefined, writable: true });
  for (const name in record) {
    const getter = GETTERS.get(name);
    if (getter) Object.defineProperty(packed, name, getter);
    else (packed as Record<string, unknown>)[name] = record[name as keyof LogRecord];
  }
  return { record: packed as LogRecord, bytes: Buffer.byteLength(text) };
}

/** The record as `JSON.stringify` writes it. */
export function jsonOf(record: AnyRecord): string {
  return (record as Partial<Packed>)[TEXT] ?? stringifyRecord(record);
}
