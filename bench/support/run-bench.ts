import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../report/report';
import { reportText } from '../report/report-text';
import { ArgumentError, type Flags, type FlagValues, readFlags } from './flags';
import { describeMachine } from './machine';

/** Where runs are kept until they are rendered into the documentation; not under version control. */
export const RESULTS = join(__dirname, '../../../bench/results');

export interface Bench<Known extends Flags> {
  readonly name: string;
  /** As in package.json. */
  readonly command: string;
  readonly flags: Known;
  /** What was found out, and every single figure that it rests on. */
  readonly run: (
    flags: FlagValues<Known>,
  ) => Promise<Pick<Report, 'tables' | 'targets' | 'plots' | 'notes'> & { readonly figures: unknown }>;
}

function commandLine(command: string, args: readonly string[]): string {
  return ['npm run', command, ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}

async function runAndKeep<Known extends Flags>({ name, command, flags, run }: Bench<Known>): Promise<void> {
  const args = process.argv.slice(2);
  const values = readFlags(command, flags, args);
  const machine = describeMachine(new Date());
  const { figures, ...found } = await run(values);
  const report: Report = { name, command: commandLine(command, args), machine, ...found };
  console.log(reportText(report));
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, `${name}.json`), `${JSON.stringify({ report, figures }, null, 1)}\n`);
}

/** Runs a bench from its command line, prints its report and keeps it in bench/results. */
export async function runBench<Known extends Flags>(bench: Bench<Known>): Promise<void> {
  try {
    await runAndKeep(bench);
  } catch (error) {
    console.error(error instanceof ArgumentError ? error.message : error);
    process.exitCode = 1;
  }
}
