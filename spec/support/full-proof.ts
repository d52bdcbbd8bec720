// Loaded before the specs by `npm run test:proof`.
process.env['PROOF_SCALE'] ??= '20';
