import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from './support/command.mjs';

const read = path => readFileSync(join(ROOT, path), 'utf8');

describe('docs/errors.md', () => {
  it('has a row for each error code, and no other', () => {
    const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code);
    const rows = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)`/gm)].map(([, code]) => code);
    expect(codes).to.not.be.empty;
    expect([...new Set(rows)]).to.have.members(codes);
  });
});
