/** How many times larger than in the fast suite a proof is: `npm run test:proof`, `test:models` and `test:faults` set it. */
export function proofScale(): number {
  return Number(process.env['PROOF_SCALE'] ?? 1);
}

/** What is redacted without need is counted, but fails nothing: for mutations that shall show whether they leak. */
export function looksForLeaksOnly(): boolean {
  return process.env['PROOF_LEAKS_ONLY'] === '1';
}
