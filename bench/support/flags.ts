import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Measured rounds, after the warm-up. Many short ones see the same disturbances on both sides of a pair. */
  readonly rounds: number;
  /** Requests to one server in one round and scenario. */
  readonly requests: number;
  /** File that gets every single measurement. */
  readonly jsonFile: string | undefined;
}

/** A wrong command line; its message is all the user needs to see. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

const USAGE = 'Usage: npm run bench -- [--rounds 60] [--requests 100] [--json figures.json]';

function wholeNumber(flag: string, text: string, { min, max }: { readonly min: number; readonly max: number }): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new ArgumentError(`${flag} must be a whole number from ${min} to ${max}, got "${text}".\n${USAGE}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { rounds: { type: 'string' }, requests: { type: 'string' }, json: { type: 'string' } },
    }).values;
  } catch (cause) {
    throw new ArgumentError(`${(cause as Error).message}\n${USAGE}`, { cause });
  }
}

/** @throws {@link ArgumentError} naming the flag and its range. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { rounds = '60', requests = '100', json } = parse(args);
  if (json === '') throw new ArgumentError(`--json needs the name of a file.\n${USAGE}`);
  return {
    // Quartiles of fewer rounds say nothing.
    rounds: wholeNumber('--rounds', rounds, { min: 5, max: 1_000 }),
    requests: wholeNumber('--requests', requests, { min: 50, max: 1_000_000 }),
    jsonFile: json,
  };
}
