import fc from 'fast-check';

type Property<Values> = fc.IProperty<Values> | fc.IAsyncProperty<Values>;

/** How a property was checked. */
export interface PropertyRun {
  readonly seed: number;
  readonly runs: number;
}

/**
 * Checks a property with a seed that a failure prints, together with how to run it again: `FC_SEED` and `FC_PATH` are
 * read from the environment.
 */
export async function checkProperty<Values>(
  property: Property<Values>,
  numRuns = 200,
  /** `on-replay` for properties whose runs take long: the first failure ends them, and is made smaller when replayed. */
  { shrink = 'always' }: { readonly shrink?: 'always' | 'on-replay' } = {},
): Promise<PropertyRun> {
  const { FC_SEED, FC_PATH } = process.env;
  const replay = { ...(FC_SEED && { seed: Number(FC_SEED) }), ...(FC_PATH && { path: FC_PATH }) };
  const details = await fc.check(property as fc.IAsyncProperty<Values>, {
    numRuns,
    ...(shrink === 'on-replay' &&
      (FC_SEED === undefined ? { endOnFailure: true } : { interruptAfterTimeLimit: 30_000 })),
    ...replay,
  });
  if (!details.failed) return { seed: details.seed, runs: details.numRuns };
  throw new Error(
    `${fc.defaultReportMessage(details) ?? 'The property failed.'}\n` +
      `Got ${String(details.errorInstance)}\n` +
      `Run it again: FC_SEED=${details.seed} FC_PATH=${details.counterexamplePath ?? ''} npx mocha -g '<name of the spec>'`,
    { cause: details.errorInstance },
  );
}
