import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { plotSvg } from './report/plot-svg';
import type { Report } from './report/report';
import { replaceBetweenMarkers, reportMarkdown } from './report/report-markdown';
import { RESULTS } from './support/run-bench';

// Puts the runs that are kept in bench/results into the documentation. What was not run keeps the figures it has there.

const DOCS = join(__dirname, '../../docs');
const PLOTS = 'plots';

/** The page that shows the runs of a bench. */
function pageOf({ name }: Report): string {
  return join(DOCS, name === 'leaks' ? 'redaction-proof.md' : 'performance.md');
}

async function readReports(): Promise<Report[]> {
  const files = (await readdir(RESULTS)).filter(file => file.endsWith('.json'));
  const texts = await Promise.all(files.map(file => readFile(join(RESULTS, file), 'utf8')));
  return texts.map(text => (JSON.parse(text) as { readonly report: Report }).report);
}

async function main(): Promise<void> {
  await mkdir(join(DOCS, PLOTS), { recursive: true });
  for (const report of await readReports()) {
    const page = pageOf(report);
    const before = await readFile(page, 'utf8');
    // What takes as long as one likes has no run of its own in the documentation.
    if (!before.includes(`<!-- bench:${report.name} -->`)) {
      console.log(`${report.name}: no page shows it`);
      continue;
    }
    const text = replaceBetweenMarkers(before, report.name, reportMarkdown(report, PLOTS));
    await writeFile(page, await format(text, { ...(await resolveConfig(page)), parser: 'markdown' }));
    for (const plot of report.plots) await writeFile(join(DOCS, PLOTS, `${plot.file}.svg`), plotSvg(plot));
    console.log(`${report.name}: ${report.command}, ${report.machine}`);
  }
}

void main();
