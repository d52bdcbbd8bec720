import type { SinkCase } from '../../../src/testing';

/** The cases of several sinks as a table in Markdown: passed, or why one does not apply. */
export function conformanceTable(tables: Readonly<Record<string, readonly SinkCase[]>>): string {
  const [first = []] = Object.values(tables);
  const reasons: string[] = [];
  const rows = first.map(({ id, outcome, title }, index) => [
    id,
    outcome,
    `A sink ${title}`,
    ...Object.values(tables).map(cases => mark(cases[index]?.notApplicable, reasons)),
  ]);
  const table = alignColumns([['case', 'outcome', 'what it shows', ...Object.keys(tables)], ...rows]);
  return `${table}\n\n${reasons.map((reason, index) => `${index + 1}. Not applicable: ${reason}.`).join('\n')}\n`;
}

function mark(reason: string | undefined, reasons: string[]): string {
  if (reason === undefined) return 'passes';
  if (!reasons.includes(reason)) reasons.push(reason);
  return `n/a (${reasons.indexOf(reason) + 1})`;
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head!), line(widths.map(width => '-'.repeat(width))), ...body.map(line)].join('\n');
}
