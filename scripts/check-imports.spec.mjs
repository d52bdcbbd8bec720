import { expect } from 'chai';
import { importsOf, problemsOf } from './check-imports.mjs';

const DECLARED = new Set(['koa', 'routing-controllers', 'reflect-metadata', 'mongodb', 'qs']);

/** Every place that an import may come from or lead to, by one file in it. */
const PLACES = {
  errors: 'errors.ts',
  'option-checks': 'option-checks.ts',
  reporter: 'reporter.ts',
  record: 'record/log-record.ts',
  decorators: 'decorators/logged.ts',
  redact: 'redact/plan.ts',
  capture: 'capture/exchange.ts',
  'host-seam': 'capture/host-seam.ts',
  'registered-actions': 'capture/registered-actions.ts',
  coverage: 'coverage/cover-actions.ts',
  delivery: 'delivery/lane.ts',
  sink: 'sinks/sink.ts',
  pipeline: 'pipeline/local-target.ts',
  worker: 'worker/worker-target.ts',
  sinks: 'sinks/file-sink.ts',
  store: 'store/log-store.ts',
  mongo: 'mongo/mongo-sink.ts',
  viewer: 'viewer/page.ts',
  shutdown: 'shutdown/end-with-process.ts',
  cli: 'cli/main.ts',
  testing: 'testing/leak-test.ts',
  inspection: 'inspection.ts',
  'forbid-records': 'forbid-records.ts',
  options: 'options.ts',
  logging: 'logging.ts',
  'create-logging': 'create-logging.ts',
  index: 'index.ts',
};

const CAPTURE = 'capture host-seam registered-actions';
const VALUES = {
  errors: '',
  'option-checks': 'errors',
  reporter: 'errors',
  record: 'errors option-checks reporter',
  decorators: 'errors option-checks reporter',
  redact: 'errors option-checks reporter decorators record',
  capture: 'errors option-checks reporter decorators redact record host-seam registered-actions',
  'host-seam': 'errors option-checks reporter decorators redact record capture registered-actions',
  'registered-actions': 'errors option-checks reporter decorators redact record capture host-seam',
  coverage: 'errors option-checks reporter decorators redact',
  delivery: 'errors option-checks reporter record',
  pipeline: 'errors option-checks reporter redact record delivery sink sinks',
  worker: 'errors option-checks reporter pipeline redact record delivery sink sinks',
  sink: 'errors option-checks reporter record sinks',
  sinks: 'errors option-checks reporter record sink',
  store: 'errors option-checks reporter record',
  mongo: 'errors option-checks reporter record sink sinks store',
  viewer: 'errors option-checks reporter record store',
  shutdown: 'errors option-checks reporter',
  cli: 'errors option-checks reporter record store coverage registered-actions forbid-records create-logging',
  testing: 'errors option-checks reporter inspection host-seam decorators redact',
  inspection: 'errors option-checks reporter',
  'forbid-records': 'errors option-checks reporter',
  options: `errors option-checks reporter forbid-records decorators redact record ${CAPTURE} delivery sink sinks store worker`,
  logging: 'errors option-checks reporter',
  'create-logging': `errors option-checks reporter options inspection decorators redact record ${CAPTURE} coverage delivery pipeline sink sinks store shutdown worker`,
  index: `errors option-checks reporter options create-logging decorators redact record ${CAPTURE} coverage delivery pipeline sink sinks store shutdown worker`,
};
const TYPES_BESIDES = {
  decorators: 'record',
  delivery: 'sink',
  pipeline: CAPTURE,
  worker: CAPTURE,
  coverage: CAPTURE,
  testing: `${CAPTURE} coverage logging delivery record sink`,
  cli: 'logging',
  logging: `${CAPTURE} coverage delivery pipeline record redact`,
  'create-logging': 'logging',
  index: 'logging',
  inspection: `${CAPTURE} decorators delivery record redact`,
};

function problemsOfImport(file, line, others = []) {
  return problemsOf(new Map([[file, line], ...others.map(path => [path, ''])]), DECLARED);
}

function pathTo(from, to) {
  const up = '../'.repeat(from.split('/').length - 1) || './';
  return `${up}${to.replace(/\.ts$/, '')}`;
}

const importing = path => [
  `import { x } from '${path}';`,
  `import x, {\n  type Y,\n  z,\n} from "${path}";`,
  `import * as x from '${path}';`,
  `import '${path}';`,
  `export { x } from '${path}';`,
  `const x = await import('${path}');`,
  `const { x } = require('${path}');`,
  `import x = require('${path}');`,
];
const importingTypes = path => [
  `import type { X } from '${path}';`,
  `import {\n  type X,\n  type Y,\n} from '${path}';`,
  `export type { X } from '${path}';`,
];

describe('the import directions', () => {
  for (const [from, file] of Object.entries(PLACES)) {
    const types = TYPES_BESIDES[from] ? ` (and types of ${TYPES_BESIDES[from].replaceAll(' ', ', ')})` : '';
    it(`${from} imports ${VALUES[from].replaceAll(' ', ', ') || 'nothing'}${types}, and is refused the rest`, () => {
      for (const [to, target] of Object.entries(PLACES)) {
        if (from === to) continue;
        const mayValues = VALUES[from].split(' ').includes(to);
        const mayTypes = mayValues || (TYPES_BESIDES[from] ?? '').split(' ').includes(to);
        const path = pathTo(file, target);
        for (const line of importing(path)) {
          expect(problemsOfImport(file, line, [target]), line).to.have.length(mayValues ? 0 : 1);
        }
        for (const line of importingTypes(path)) {
          expect(problemsOfImport(file, line, [target]), line).to.have.length(mayTypes ? 0 : 1);
        }
      }
    });
  }

  it('lets a folder import its own files, but never its entry', () => {
    expect(problemsOfImport('mongo/a.ts', `import { b } from './b';`)).to.deep.equal([]);
    expect(problemsOfImport('mongo/a.ts', `import { b } from './index';`)).to.have.length(1);
    expect(problemsOfImport('capture/a.ts', `import { b } from '.';`, ['capture/index.ts'])).to.have.length(1);
  });

  it('sees through the depth of a path and a written-out extension', () => {
    expect(problemsOfImport('redact/modes/hash.ts', `import { x } from '../../sinks/file-sink';`)).to.have.length(1);
    expect(problemsOfImport('redact/modes/hash.ts', `import { x } from '../../record/json-value.js';`)).to.deep.equal(
      [],
    );
    expect(problemsOfImport('redact/plan.ts', `import { x } from './../record/../capture/exchange';`)).to.have.length(
      1,
    );
  });

  it('refuses a folder or a root file that nobody gave a direction', () => {
    expect(problemsOfImport('helpers/text.ts', '')[0]).to.contain('no line in the table');
    expect(problemsOfImport('helpers.ts', '')[0]).to.contain('no line in the table');
  });

  it('refuses what lies outside src, and the package under its own name', () => {
    expect(problemsOfImport('redact/plan.ts', `import { x } from '../../spec/support/clock';`)).to.have.length(1);
    expect(problemsOfImport('redact/plan.ts', `import { x } from 'logged-controllers';`)).to.have.length(1);
  });

  it('refuses export *, which would publish names unseen', () => {
    expect(problemsOfImport('index.ts', `export * from './decorators/logged';`)[0]).to.contain('export *');
    expect(problemsOfImport('index.ts', `export * as all from './decorators/logged';`)[0]).to.contain('export *');
  });
});

describe('the packages that only some places may import', () => {
  const everywhere = [...Object.values(PLACES), 'decorators/metadata.ts'];
  const isHostSide = file =>
    /^(decorators|capture|viewer|testing)\/|^(options|logging|create-logging|inspection)\.ts$/.test(file);
  const rules = {
    mongodb: { where: 'only in mongo', isAllowed: file => file.startsWith('mongo/') },
    koa: { where: 'only on the host side', isAllowed: isHostSide },
    'routing-controllers': { where: 'only on the host side', isAllowed: isHostSide },
    'reflect-metadata': { where: 'only in the metadata file', isAllowed: file => file === 'decorators/metadata.ts' },
    'node:fs': { where: 'not in redact and record', isAllowed: file => !/^(redact|record)\//.test(file) },
    'node:crypto': { where: 'everywhere', isAllowed: () => true },
    qs: { where: 'everywhere', isAllowed: () => true },
  };
  for (const [name, { where, isAllowed }] of Object.entries(rules)) {
    it(`${name}: ${where}`, () => {
      for (const file of everywhere) {
        for (const line of [...importing(name), ...importingTypes(name)]) {
          expect(problemsOfImport(file, line), `${file}: ${line}`).to.have.length(isAllowed(file) ? 0 : 1);
        }
      }
    });
  }

  it('refuses a package that users would not get', () => {
    expect(problemsOfImport('redact/plan.ts', `import { expect } from 'chai';`)[0]).to.contain('neither a dependency');
    expect(problemsOfImport('redact/plan.ts', `import x from '@scope/name/deep';`)[0]).to.contain(
      'neither a dependency',
    );
  });
});

describe('reading the imports of a source', () => {
  it('skips comments and examples', () => {
    const source = [
      '/**',
      ` * import { a } from 'a';`,
      ` * const b = require('b');`,
      ' */',
      `// import { c } from 'c';`,
      `const quote = "import d from";`,
      `export const from = 'e';`,
    ].join('\n');
    expect(importsOf(source)).to.deep.equal([]);
  });
});
