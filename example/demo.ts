import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { checkRecords, checkStats } from './demo/check';
import { grep } from './demo/grep';
import { recordTable } from './demo/report';
import { REQUESTS } from './demo/requests';
import { type DemoRun, runDemo } from './demo/run-demo';
import { ALL_SECRETS } from './demo/secrets';
import { dropCollection, exportCollection, findSecrets, readRecords } from './demo/stored-files';
import { findDestination } from './support/find-destination';

const USAGE = `npm run demo [-- options]

  --keep               leaves the records where they are
  --without-redaction  stores everything as it came, to see that the search for secrets can find some; ends with 1
`;

const SHOWN_IN_FULL = 'demo-14-error-of-a-hierarchy';

interface Flags {
  readonly keep: boolean;
  readonly withoutRedaction: boolean;
}

/** @returns whether the store holds exactly what it should */
async function demo({ keep, withoutRedaction }: Flags): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'logged-demo-'));
  try {
    const problems = await demoIn(folder, { keep, withoutRedaction });
    console.log(problems.length === 0 ? 'Everything is as it should be.' : ['Wrong:', ...problems].join('\n  '));
    return problems.length === 0;
  } finally {
    if (keep) console.log(`Kept: ${folder}`);
    else await rm(folder, { recursive: true });
  }
}

/** @returns what is wrong */
async function demoIn(folder: string, { keep, withoutRedaction }: Flags): Promise<readonly string[]> {
  const directory = join(folder, 'records');
  const destination = await findDestination({ directory, collection: `demo_${randomUUID().slice(0, 8)}` });
  console.log(`${REQUESTS.length} requests are made; their records go to ${destination.place}.\n`);
  try {
    const run = await runDemo(destination.sink, { isRedacting: !withoutRedaction });
    if (destination.kind === 'mongodb') {
      await exportCollection(destination, directory);
      if (!keep) await dropCollection(destination);
    }
    return [
      ...(await showRecords(directory, run)),
      ...(await searchSecrets(directory, { place: destination.place, patternFile: join(folder, 'secrets.txt') })),
    ];
  } finally {
    await destination.release();
  }
}

/** @returns what is wrong with the records */
async function showRecords(directory: string, { stats, reports }: DemoRun): Promise<readonly string[]> {
  const records = await readRecords(directory);
  const shown = records.find(({ requestId }) => requestId === SHOWN_IN_FULL);
  console.log(recordTable(records));
  console.log(`\nOne of them in full:\n\n${JSON.stringify(shown, null, 2)}`);
  console.log(`\nlogging.stats() after close():\n\n${inspect(stats, { depth: null })}\n`);
  return [
    ...checkRecords(records),
    ...checkStats(stats),
    ...reports.map(({ code, message }) => `reported ${code}: ${message}`),
  ];
}

/** @returns the secrets that were found */
async function searchSecrets(
  directory: string,
  { place, patternFile }: { readonly place: string; readonly patternFile: string },
): Promise<readonly string[]> {
  const { bytes, found } = await findSecrets(directory, ALL_SECRETS);
  const { command, output } = await grep(ALL_SECRETS, { patternFile, directory });
  console.log(
    `Searched ${bytes} bytes in ${place} for ${ALL_SECRETS.length} secrets: ${found.length || 'none'} found.`,
  );
  console.log(`$ ${command}\n${output}\n`);
  return found.map(secret => `stored, although a secret: ${secret}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { keep: { type: 'boolean' }, 'without-redaction': { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(USAGE);
  const isRight = await demo({ keep: values.keep === true, withoutRedaction: values['without-redaction'] === true });
  process.exitCode = isRight ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
});
