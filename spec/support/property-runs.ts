/**
 * How often a property is tried. A failure prints its seed and path; to replay it alone:
 * `FC_SEED=<seed> FC_PATH=<path> npx mocha <spec>`.
 */
export function propertyRuns(numRuns: number): { numRuns: number; seed?: number; path?: string } {
  const { FC_SEED, FC_PATH } = process.env;
  return {
    numRuns,
    ...(FC_SEED ? { seed: Number(FC_SEED) } : {}),
    ...(FC_PATH ? { path: FC_PATH } : {}),
  };
}
