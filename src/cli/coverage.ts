#!/usr/bin/env node
import { type CommandResult, runCoverageCommand } from './coverage-command';

// Standard output is the report's: what the module prints while it loads goes to the other stream.
const writeOutput = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

// A module that has a server, a timer or a connection open would keep the process alive, so the end is stated.
function end({ code, output, problem }: CommandResult): void {
  process.stderr.write(problem, () => writeOutput(output, () => process.exit(code)));
}

function fail(error: unknown): void {
  const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
  end({ code: 2, output: '', problem: `${problem}\n` });
}

process.once('uncaughtException', fail);
// A connection that the module cannot make here says nothing about its controllers.
process.on('unhandledRejection', () => {});
// Loading that waits for what never comes lets the process run out of work.
process.once('beforeExit', () => fail('The module did not finish loading.'));
void runCoverageCommand(process.argv.slice(2)).then(end, fail);
