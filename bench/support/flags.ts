import { parseArgs } from 'node:util';

/** One whole number that a command line may give. */
export interface Flag {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What it means, for the usage. */
  readonly meaning: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValues<Known extends Flags> = { readonly [Name in keyof Known]: number };

/** A wrong command line; its message is all the user needs to see. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

function usageOf(command: string, flags: Flags): string {
  const lines = Object.entries(flags).map(
    ([name, { default: value, min, max, meaning }]) => `  --${name} ${value}  ${meaning} (${min} to ${max})`,
  );
  return [`Usage: npm run ${command} -- [flags]`, ...lines].join('\n');
}

/**
 * @throws {@link ArgumentError} naming the flag and its range; the usage alone for `--help`.
 * @example
 * readFlags('bench', { rounds: { default: 30, min: 5, max: 1_000, meaning: 'measured rounds' } }, ['--rounds=7']);
 */
export function readFlags<Known extends Flags>(
  command: string,
  flags: Known,
  args: readonly string[],
): FlagValues<Known> {
  const usage = usageOf(command, flags);
  if (args.includes('--help')) throw new ArgumentError(usage);
  const wholeNumber = (name: string, text: string): number => {
    const { min, max } = flags[name]!;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new ArgumentError(`--${name} must be a whole number from ${min} to ${max}, got "${text}".\n${usage}`);
  };
  const given = parse(Object.keys(flags), args, usage);
  const values = Object.entries(flags).map(([name, flag]) => [
    name,
    given[name] === undefined ? flag.default : wholeNumber(name, given[name]),
  ]);
  return Object.fromEntries(values) as FlagValues<Known>;
}

function parse(names: readonly string[], args: readonly string[], usage: string): Record<string, string | undefined> {
  try {
    const options = Object.fromEntries(names.map(name => [name, { type: 'string' as const }]));
    return parseArgs({ args: [...args], options }).values;
  } catch (cause) {
    throw new ArgumentError(`${(cause as Error).message}\n${usage}`, { cause });
  }
}
