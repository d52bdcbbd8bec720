// Loaded before the specs by `npm run test:proof`, `test:models` and `test:faults`.
process.env['PROOF_SCALE'] ??= '20';
