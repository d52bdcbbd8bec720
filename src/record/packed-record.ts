import type { AnyRecord, Level } from './log-record';
import { parseRecord } from './record-json';

/**
 * A record as it waits: one text instead of a tree of objects, which the garbage collector moves as one and whose length is
 * known. Beside it lies what delivery goes by.
 */
export class PackedRecord {
  /** Length of the text in UTF-8. */
  readonly bytes: number;

  constructor(
    readonly kind: AnyRecord['kind'],
    readonly level: Level,
    readonly json: string,
  ) {
    this.bytes = Buffer.byteLength(json);
  }

  /** Asked of few: in each of those that wait it would take as much as a short text. */
  get at(): Date {
    return this.unpack().at;
  }

  /** @throws {@link TypeError} when the record cannot be written as JSON. */
  static of(record: AnyRecord, json = JSON.stringify(record)): PackedRecord {
    return new PackedRecord(record.kind, record.level, json);
  }

  /** @throws {@link SyntaxError} when the text is not JSON, {@link TypeError} when it is no record. */
  static read(json: string): PackedRecord {
    const record = parseRecord(json);
    if (!(record.at instanceof Date)) throw new TypeError('This JSON is no record: "at" is missing.');
    return PackedRecord.of(record, json);
  }

  /** Once more after it came from another thread, which knows no classes. */
  static revive({ kind, level, json }: PackedRecord): PackedRecord {
    return new PackedRecord(kind, level, json);
  }

  /** A record for whoever reads its parts, each time another: what is done to one changes no other. */
  unpack(): AnyRecord {
    return parseRecord(this.json);
  }
}
