/** How many times larger than in the fast suite a proof is: `npm run test:proof` and `npm run test:models` set it. */
export function proofScale(): number {
  return Number(process.env['PROOF_SCALE'] ?? 1);
}
