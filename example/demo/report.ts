import { handlerOf } from './check';
import type { StoredRecord } from './stored-record';

const COLUMNS = {
  request: 33,
  status: 6,
  outcome: 9,
  handler: 34,
  'body left out': 22,
  redactions: 10,
} as const;

type Row = Readonly<Record<keyof typeof COLUMNS, string | number>>;

/** One line for each record, at most 120 characters wide. */
export function recordTable(records: readonly StoredRecord[]): string {
  const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
  const line = (cell: (name: keyof typeof COLUMNS) => string | number): string =>
    names
      .map(name => fit(String(cell(name)), COLUMNS[name]))
      .join(' ')
      .trimEnd();
  return [
    line(name => name),
    line(name => '-'.repeat(COLUMNS[name])),
    ...records.map(toRow).map(row => line(name => row[name])),
  ].join('\n');
}

function toRow(record: StoredRecord): Row {
  const { request, response } = record;
  return {
    request: record.requestId.replace(/^demo-/, ''),
    status: response.status ?? '-',
    outcome: response.outcome,
    handler: handlerOf(record) ?? '-',
    'body left out': [
      ...(request.bodyOmitted ? [`request: ${request.bodyOmitted}`] : []),
      ...(response.bodyOmitted ? [`response: ${response.bodyOmitted}`] : []),
    ].join(', '),
    redactions: record.redactionCount,
  };
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
