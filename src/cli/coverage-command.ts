import { createRequire } from 'node:module';
import { Server } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loggingOf } from '../capture/registered-actions';
import type { CoverageReport } from '../coverage/coverage-report';
import { renderCoverage } from '../coverage/render-coverage';
import { createLogging } from '../create-logging';
import type { Logging } from '../logging';
import { forbidRecords } from '../forbid-records';

type App = Parameters<typeof loggingOf>[0];

/** What the command has to say, and its exit code: 0 without warnings, 1 with, 2 when there is no report. */
export interface CommandResult {
  readonly code: 0 | 1 | 2;
  readonly output: string;
  readonly problem: string;
}

const USAGE = `Usage: logged-controllers-coverage <module> [--json]

Reports what the redaction covers: routes, DTO fields and modes. <module> is a compiled file or a package, CommonJS or
ES module, that exports a Koa application or what createLogging() returned, or that just loads controllers.

  --json   the report as JSON
  --help   this text

Exit codes: 0 no warnings, 1 warnings, 2 no report.
`;
const LOAD_LIMIT_MS = 30_000;

/** Runs the command for these arguments. */
export async function runCoverageCommand(args: readonly string[]): Promise<CommandResult> {
  if (args.includes('--help') || args.includes('-h')) return { code: 0, output: USAGE, problem: '' };
  const unknown = args.find(arg => arg.startsWith('-') && arg !== '--json');
  const [target, ...more] = args.filter(arg => !arg.startsWith('-'));
  if (unknown !== undefined) return refusal(`There is no option ${unknown}.\n\n${USAGE}`);
  if (target === undefined || more.length > 0) return refusal(`Name one module.\n\n${USAGE}`);
  let report: CoverageReport;
  try {
    report = await readCoverage(target);
  } catch (error) {
    return refusal(`${target}: ${whyNotLoaded(target, error)}\n`);
  }
  if (report.routes.length === 0) {
    return refusal(
      `${target} exports no Koa application with controllers and no logging, and loads no controllers. Export the ` +
        'application after useKoaServer(), or import the controllers in it. If it does, its logged-controllers or ' +
        'routing-controllers may be another copy than this command uses.\n',
    );
  }
  const output = args.includes('--json') ? `${JSON.stringify(report, null, 2)}\n` : renderCoverage(report);
  return { code: report.warnings.length > 0 ? 1 : 0, output, problem: '' };
}

function refusal(problem: string): CommandResult {
  return { code: 2, output: '', problem };
}

function whyNotLoaded(target: string, error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
    return 'Node cannot load this kind of file. Name what it is compiled to, such as ./dist/app.js.';
  }
  if (code !== 'MODULE_NOT_FOUND') return message;
  // The lines after the first list who asked for it, beginning with this command.
  const firstLine = message.split('\n', 1)[0]!;
  const isTarget = [target, resolve(target)].some(name => firstLine === `Cannot find module '${name}'`);
  return isTarget ? 'There is no such file or package. Paths start at the working directory.' : firstLine;
}

async function readCoverage(target: string): Promise<CoverageReport> {
  forbidRecords();
  listenOnFreePortsOnly();
  // Before the module loads, so that its applications note their actions even if they use no logging.
  const ownLogging = createLogging();
  const exported = await exportsOf(target);
  const apps = exported.filter(isApp);
  const loggings = exported.filter(isLogging);
  const ofApps = apps.map(app => ((loggingOf(app) as Logging | undefined) ?? loggings[0] ?? ownLogging).coverage(app));
  const covered = ofApps.filter(({ routes }) => routes.length > 0);
  if (covered.length > 0) return joined(covered);
  return (loggings[0] ?? ownLogging).coverage();
}

function joined(reports: readonly CoverageReport[]): CoverageReport {
  return {
    source: 'application',
    routes: reports.flatMap(({ routes }) => routes),
    fields: reports.flatMap(({ fields }) => fields),
    warnings: reports.flatMap(({ warnings }) => warnings),
  };
}

/** Whatever the module exports, also inside its default export and behind promises. */
async function exportsOf(target: string): Promise<readonly unknown[]> {
  const module = await inTime(import(locationOf(target)) as Promise<Record<string, unknown>>);
  const main: unknown = module['default'];
  const values = [...Object.values(module), ...(typeof main === 'object' && main !== null ? Object.values(main) : [])];
  return inTime(Promise.all(new Set(values)));
}

/** A path from here, else the name of a package. */
function locationOf(target: string): string {
  const require = createRequire(resolve('package.json'));
  try {
    return pathToFileURL(require.resolve(resolve(target))).href;
  } catch {
    return pathToFileURL(require.resolve(target)).href;
  }
}

async function inTime<Value>(loading: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    const late = new Error(`It did not finish loading within ${LOAD_LIMIT_MS / 1_000} s.`);
    timer = setTimeout(() => reject(late), LOAD_LIMIT_MS).unref();
  });
  try {
    return await Promise.race([loading, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

function isApp(value: unknown): value is App {
  const { middleware, callback } = (value ?? {}) as { readonly middleware?: unknown; readonly callback?: unknown };
  return Array.isArray(middleware) && typeof callback === 'function';
}

function isLogging(value: unknown): value is Logging {
  const { middleware, coverage } = (value ?? {}) as { readonly middleware?: unknown; readonly coverage?: unknown };
  return typeof middleware === 'function' && typeof coverage === 'function';
}

/** A module that starts its server on loading must neither collide with a running one nor be reached from outside. */
function listenOnFreePortsOnly(): void {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...args: unknown[]): Server {
    const callback = args.find(arg => typeof arg === 'function');
    return listen.call(this, { port: 0, host: '127.0.0.1' }, callback as (() => void) | undefined);
  };
}
