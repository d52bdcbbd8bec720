import { type Report, type Table, tablesOf } from './report';

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function tableMarkdown({ caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const rule = columns.map((_, at) => (at === 0 ? '---' : '---:'));
  return [`**${caption}**`, '', line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** A report as a piece of a page. @param plots folder of the images, as seen from the page */
export function reportMarkdown(report: Report, plots: string): string {
  return [
    `\`${report.command}\`: ${report.machine}.`,
    ...tablesOf(report).map(tableMarkdown),
    ...report.plots.map(({ file, title }) => `![${title}](${plots}/${file}.svg)`),
    report.notes.map(note => `- ${note}`).join('\n'),
  ].join('\n\n');
}

/**
 * Puts a piece between the markers that carry its name.
 * @throws Error when the page does not have both markers, once each.
 */
export function replaceBetweenMarkers(page: string, name: string, piece: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const parts = page.split(open);
  const tail = parts[1]?.split(close);
  if (parts.length !== 2 || tail?.length !== 2) throw new Error(`The page needs ${open} … ${close}, once.`);
  return `${parts[0]}${open}\n\n${piece}\n\n${close}${tail[1]}`;
}
