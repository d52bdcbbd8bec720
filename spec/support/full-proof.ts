// Loaded before the specs by `npm run test:proof` and `npm run test:models`.
process.env['PROOF_SCALE'] ??= '20';
