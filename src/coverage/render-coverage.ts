import type { CoverageField, CoverageReport, CoverageRoute } from './coverage-report';

const WIDTH = 120;
const COLUMNS = [
  { title: 'field', width: 50 },
  { title: 'type', width: 20 },
  { title: 'mode', width: 9 },
  { title: 'by', width: 6 },
  { title: 'declared in', width: 23 },
];

/** The report as text of at most 120 columns, fields under their routes, then the warnings. */
export function renderCoverage({ source, routes, fields, warnings }: CoverageReport): string {
  const lines = [
    ...(source === 'controllers'
      ? ['No application was found: these are all loaded controllers, without a prefix.', '']
      : []),
    ...(fields.length > 0 ? [row(COLUMNS.map(({ title }) => title)), ''] : []),
    ...routes.flatMap(route =>
      renderRoute(
        route,
        fields.filter(field => isOf(route, field)),
      ),
    ),
    ...warnings.flatMap(({ kind, message, routes: where }) => [
      ...wrap(`${kind}: ${message}`),
      ...wrap(`  ${where.join(', ')}`),
      '',
    ]),
    countsOf({ routes, fields, warnings }),
  ];
  return `${lines.join('\n')}\n`;
}

function isOf({ id, controller, action }: CoverageRoute, field: CoverageField): boolean {
  return field.route === id && field.controller === controller && field.action === action;
}

function renderRoute({ id, controller, action, logging }: CoverageRoute, fields: readonly CoverageField[]): string[] {
  const title = cut(`${id}  ${controller}.${action}${logging === 'logged' ? '' : `  (${logging})`}`, WIDTH);
  const rows = fields.map(({ side, place, path, type, mode, by, owner }) => {
    const field = [side === 'response' ? 'response' : place, path].filter(part => part !== '').join('.');
    return row([`  ${field}`, type, mode, by ?? '', owner ?? '']);
  });
  return [title, ...rows, ''];
}

function countsOf({ routes, fields, warnings }: Omit<CoverageReport, 'source'>): string {
  const redacted = fields.filter(({ mode }) => mode !== 'none').length;
  return `${routes.length} routes, ${fields.length} fields, ${redacted} redacted, ${warnings.length} warnings`;
}

function row(cells: readonly string[]): string {
  return COLUMNS.map(({ width }, at) => cut(cells[at]!, width).padEnd(width))
    .join(' ')
    .trimEnd();
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ (?=\S)/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= WIDTH) line = longer;
    else {
      lines.push(line);
      line = cut(`  ${word}`, WIDTH);
    }
  }
  return [...lines, line];
}
