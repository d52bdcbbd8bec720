import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { plotSvg } from './report/plot-svg';
import type { Report } from './report/report';
import { replaceBetweenMarkers, reportMarkdown } from './report/report-markdown';
import { RESULTS } from './support/run-bench';

// Puts the runs that are kept in bench/results into the documentation. What was not run keeps the figures it has there.

const DOCS = join(__dirname, '../../docs');
const PAGE = join(DOCS, 'performance.md');
const PLOTS = 'plots';

async function readReports(): Promise<Report[]> {
  const files = (await readdir(RESULTS)).filter(file => file.endsWith('.json'));
  const texts = await Promise.all(files.map(file => readFile(join(RESULTS, file), 'utf8')));
  return texts.map(text => (JSON.parse(text) as { readonly report: Report }).report);
}

async function main(): Promise<void> {
  await mkdir(join(DOCS, PLOTS), { recursive: true });
  let page = await readFile(PAGE, 'utf8');
  for (const report of await readReports()) {
    page = replaceBetweenMarkers(page, report.name, reportMarkdown(report, PLOTS));
    for (const plot of report.plots) await writeFile(join(DOCS, PLOTS, `${plot.file}.svg`), plotSvg(plot));
    console.log(`${report.name}: ${report.command}, ${report.machine}`);
  }
  await writeFile(PAGE, await format(page, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}

void main();
