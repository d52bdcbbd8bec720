import type { AnyRecord, Level } from './log-record';
import { parseRecord } from './record-json';

const AT = /"at":"([^"]+)"/;

/**
 * A record as it waits: one text instead of a tree of objects, which the garbage collector moves as one and whose length is
 * known. Beside it lies what delivery has to know.
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

  /**
   * Found in the text, because it is asked of few and would take room in all that wait. The first of that name is the
   * record's: what can stand before it are texts, in which quotes are escaped.
   */
  get at(): Date {
    return new Date(AT.exec(this.json)![1]!);
  }

  /** @throws {@link TypeError} when the record cannot be written as JSON. */
  static of(record: AnyRecord, json = JSON.stringify(record)): PackedRecord {
    return new PackedRecord(record.kind, record.level, json);
  }

  /** @throws {@link SyntaxError} when the text is not JSON, {@link TypeError} when it is no record. */
  static read(json: string): PackedRecord {
    const record = parseRecord(json);
    if (!(record.at instanceof Date) || !AT.test(json))
      throw new TypeError('This JSON is no record: it tells no "at".');
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
