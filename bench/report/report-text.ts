import { type Report, type Table, tablesOf } from './report';

/** Columns as wide as their longest cell; the first to the left, figures to the right. */
export function tableText({ caption, columns, rows }: Table): string {
  const lines = [columns, ...rows];
  const widths = columns.map((_, column) => Math.max(...lines.map(cells => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [caption, ...lines.map(line)].join('\n');
}

/** A report for the terminal. */
export function reportText(report: Report): string {
  return [report.machine, ...tablesOf(report).map(tableText), report.notes.join('\n')].join('\n\n');
}
