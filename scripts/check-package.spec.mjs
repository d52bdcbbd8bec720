import { expect } from 'chai';
import { declaredNames, differences } from './support/public-names.mjs';
import { contentProblems, sourceMapProblems } from './support/tarball-contents.mjs';

const GOOD = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'src/index.ts',
  'build/src/index.js',
  'build/src/index.d.ts',
  'build/src/index.js.map',
];

describe('the contents of the tarball', () => {
  it('are sources, what was compiled from them, and the documents', () => {
    expect(contentProblems(GOOD)).to.deep.equal([]);
  });

  for (const file of [
    'spec/index.spec.ts',
    'build/spec/index.spec.js',
    'example/main.ts',
    '.oxlintrc.json',
    'src/a.json',
  ]) {
    it(`do not include ${file}`, () => {
      expect(contentProblems([...GOOD, file])).to.deep.equal([`${file} does not belong into the package`]);
    });
  }

  it('do not include what a deleted source left behind', () => {
    expect(contentProblems([...GOOD, 'build/src/old.js'])).to.deep.equal(['build/src/old.js has no source src/old.ts']);
  });

  it('are incomplete without a document', () => {
    expect(contentProblems(GOOD.filter(file => file !== 'LICENSE'))).to.deep.equal(['LICENSE is missing']);
  });

  it('hold every source that a map points to', () => {
    const map = source => () => JSON.stringify({ version: 3, sources: [source] });
    expect(sourceMapProblems(GOOD, map('../../src/index.ts'))).to.deep.equal([]);
    expect(sourceMapProblems(GOOD, map('../../src/gone.ts'))).to.have.length(1);
    expect(sourceMapProblems(GOOD, map('../../../elsewhere/index.ts'))).to.have.length(1);
  });
});

describe('the public names', () => {
  it('are read from every form of a named export', () => {
    const declarations = [
      `export { Logged, type LoggedOptions } from './decorators/logged';`,
      `export { a as b,\n  type C as D } from './c';`,
      `export type { LogRecord } from './record';`,
      `export declare function createLogging(): void;`,
      `export declare abstract class Base {}`,
      `export declare const NAME = "x";`,
      `export interface Sink {\n  export: string;\n}`,
      `export type Mode = 'x';`,
      `export {};`,
    ].join('\n');
    expect(declaredNames(declarations)).to.deep.equal([
      'Base',
      'D',
      'LogRecord',
      'Logged',
      'LoggedOptions',
      'Mode',
      'NAME',
      'Sink',
      'b',
      'createLogging',
    ]);
  });

  for (const line of [`export * from './a';`, 'export default class {}', 'export = a;']) {
    it(`cannot be listed with ${line}`, () => {
      expect(() => declaredNames(line)).to.throw('named exports');
    });
  }

  it('differ from the list by what came and what went, of each entry', () => {
    const before = { '.': { values: ['a', 'b'], types: ['T'] } };
    const now = { '.': { values: ['a', 'c'], types: ['T'] }, './mongo': { values: [], types: ['M'] } };
    expect(differences(before, before)).to.deep.equal([]);
    expect(differences(before, now)).to.deep.equal([
      '.: c (values) is not in the list',
      '.: b (values) is no longer exported',
      './mongo: M (types) is not in the list',
    ]);
  });
});
