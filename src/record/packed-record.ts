import type { AnyRecord, LogRecord } from './log-record';

/** Bodies that are JSON already. */
export interface BodyTexts {
  readonly request?: string | undefined;
  readonly response?: string | undefined;
}

const SOURCE = Symbol('what the parts of a record are read from');
const PARTS = ['request', 'response', 'error', 'attributes', 'redactions'] as const;

type Part = (typeof PARTS)[number];
type Fields = Omit<LogRecord, Part>;

interface Source {
  readonly text: string;
  readonly bytes: number;
  /** Once a part was read. */
  parsed: LogRecord | undefined;
}

interface Packed {
  readonly [SOURCE]: Source;
}

// One function for each name, not for each record: objects with functions of their own are all of different kinds for the
// engine.
const GETTERS = Object.fromEntries(
  PARTS.map(name => {
    const get = function (this: Packed) {
      const source = this[SOURCE];
      return (source.parsed ??= JSON.parse(source.text) as LogRecord)[name];
    };
    return [name, { enumerable: true, get }];
  }),
) as Record<Part, PropertyDescriptor>;

/**
 * The record as it may wait for long: mostly one text instead of a tree of objects, which the garbage collector moves as
 * one and whose length is known. Its parts are there again for whoever reads them, and whoever wants JSON gets the text.
 *
 * @param bodies what the record itself lacks
 * @throws {@link TypeError} when the record cannot be written as JSON.
 */
export function packRecord(record: LogRecord, bodies: BodyTexts = {}): LogRecord {
  const { request, response, error, attributes, redactions, ...fields } = record;
  let text = textOfFields(fields);
  text += `,"request":${textOf(request, bodies.request)},"response":${textOf(response, bodies.response)}`;
  if (error) text += `,"error":${JSON.stringify(error)}`;
  if (attributes) text += `,"attributes":${JSON.stringify(attributes)}`;
  text += `,"redactions":${JSON.stringify(redactions)}}`;
  const source: Source = { text, bytes: Buffer.byteLength(text), parsed: undefined };
  // A copy of the record has no source: its parts may be others.
  Object.defineProperty(fields, SOURCE, { value: source });
  for (const name of PARTS) if (record[name]) Object.defineProperty(fields, name, GETTERS[name]);
  return fields as LogRecord;
}

/** Without the closing brace. */
function textOfFields(fields: Fields): string {
  // To leave the date to `JSON.stringify` takes as long as all other fields together.
  return JSON.stringify({ ...fields, at: fields.at.toISOString() }).slice(0, -1);
}

function textOf(part: LogRecord['request' | 'response'], body: string | undefined): string {
  const json = JSON.stringify(part);
  return body === undefined ? json : `${json.slice(0, -1)},"body":${body}}`;
}

/** Length of a packed record as JSON in UTF-8; `undefined` when it is not packed. */
export function packedBytes(record: AnyRecord): number | undefined {
  return (record as Partial<Packed>)[SOURCE]?.bytes;
}

/** The record as JSON. */
export function jsonOf(record: AnyRecord): string {
  return (record as Partial<Packed>)[SOURCE]?.text ?? JSON.stringify(record);
}
