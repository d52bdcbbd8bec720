import { expect } from 'chai';
import Koa from 'koa';
import { useKoaServer } from 'routing-controllers';
import { type CoverageReport, createLogging, type LoggingOptions, memorySink } from '../../src';
import {
  CategoriesController,
  ForgottenController,
  LooseController,
  ParcelsController,
  PaymentsController,
  SignUpsController,
} from './shop-controllers';

type Controller = new (...args: never[]) => object;

function coverageOf(controllers: readonly Controller[], options: LoggingOptions = {}): CoverageReport {
  const logging = createLogging({ sinks: [memorySink()], ...options });
  const app = new Koa();
  app.use(logging.middleware());
  useKoaServer(app, { controllers: [...controllers], routePrefix: '/api', defaultErrorHandler: false });
  return logging.coverage();
}

function table({ fields }: CoverageReport): string[] {
  return fields.map(({ id, type, mode, by, owner }) => `${id} ${type} ${mode} ${by} ${owner}`);
}

function warnings(report: CoverageReport): string[] {
  return report.warnings.map(({ kind, where }) => `${kind} ${where}`);
}

describe('coverage()', () => {
  it('tells the fields of an application by route, with modes and what decided them', () => {
    const report = coverageOf([PaymentsController]);
    expect(report.source).to.equal('application');
    expect(report.routes).to.deep.equal([
      {
        id: 'POST /api/payments',
        method: 'POST',
        route: '/api/payments',
        controller: 'PaymentsController',
        action: 'pay',
        logging: 'logged',
      },
      {
        id: 'GET /api/payments/:reference',
        method: 'GET',
        route: '/api/payments/:reference',
        controller: 'PaymentsController',
        action: 'find',
        logging: 'logged',
      },
    ]);
    expect(table(report)).to.have.members([
      'POST /api/payments body.amount number none null Payment',
      'POST /api/payments body.card.number string mask mark Card',
      'POST /api/payments body.card.engraving string none null Card',
      'POST /api/payments body.spares.*.number string mask mark Card',
      'POST /api/payments body.spares.*.engraving string none null Card',
      'POST /api/payments response.reference string remove mark Receipt',
      'POST /api/payments response.text string none null Receipt',
      'GET /api/payments/:reference path.reference string redact mark null',
      'GET /api/payments/:reference query.page number none null null',
      'GET /api/payments/:reference header.x-api-key string redact mark null',
      'GET /api/payments/:reference cookie.visit string redact place null',
    ]);
    expect(report.warnings).to.deep.equal([]);
  });

  it('is plain JSON', () => {
    const report = coverageOf([PaymentsController, LooseController]);
    expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report);
  });

  it('ends with DTOs that hold themselves', () => {
    const report = coverageOf([CategoriesController]);
    expect(table(report)).to.have.members([
      'POST /api/categories body.title string none null Category',
      'POST /api/categories body.parent Category none null Category',
      'POST /api/categories body.children.* Category[] none null Category',
    ]);
  });

  it('keeps two applications apart', () => {
    const first = coverageOf([PaymentsController]);
    const second = coverageOf([CategoriesController]);
    expect(first.routes.map(({ controller }) => controller)).not.to.include('CategoriesController');
    expect(second.routes.map(({ controller }) => controller)).to.deep.equal(['CategoriesController']);
  });

  it('tells of an application that it is given, though the logging is not mounted there', () => {
    const logging = createLogging({ sinks: [memorySink()] });
    const app = new Koa();
    useKoaServer(app, { controllers: [CategoriesController] });
    expect(logging.coverage(app).routes.map(({ id }) => id)).to.deep.equal(['POST /categories']);
  });

  it('tells of all loaded controllers when it knows no application', () => {
    const { source, routes } = createLogging({ sinks: [memorySink()] }).coverage();
    expect(source).to.equal('controllers');
    expect(routes.map(({ id }) => id)).to.include.members(['POST /payments', 'POST /categories']);
  });

  it('knows the names that the user added or allowed', () => {
    const modeOf = (redact: LoggingOptions['redact'], field: string): string | undefined =>
      coverageOf([SignUpsController], { redact: redact ?? {} }).fields.find(({ path }) => path === field)?.mode;
    expect(modeOf({ names: ['email'] }, 'email')).to.equal('redact');
    expect(modeOf({}, 'email')).to.equal('none');
    expect(modeOf({ allowNames: ['password'] }, 'password')).to.equal('none');
  });
});

describe('coverage() under the policy allow', () => {
  const covered = coverageOf([PaymentsController, LooseController], { redact: { policy: 'allow' } });

  it('tells what is withheld, and marks that say more', () => {
    expect(table(covered)).to.include.members([
      'POST /api/payments body.amount number allow policy Payment',
      'POST /api/payments body.card.number string mask mark Card',
      'GET /api/payments/:reference query.page number allow policy null',
      'POST /api/loose/any body unknown allow policy null',
    ]);
  });

  it('warns of nothing that is withheld', () => {
    expect(covered.warnings).to.deep.equal([]);
  });
});

describe('a coverage warning', () => {
  it('tells fields that are named like secrets and have no mark', () => {
    expect(warnings(coverageOf([SignUpsController]))).to.have.members([
      'secret-without-mark SignUp.password',
      'secret-without-mark SignUp.passwordHint',
      'secret-without-mark SignUp.reference',
    ]);
  });

  it('tells bodies without a class, and why they have none', () => {
    expect(warnings(coverageOf([LooseController]))).to.have.members([
      'untyped-body LooseController.any(@Body)',
      'untyped-body LooseController.list(@Body)',
      'erased-type LooseController.erased(@Body)',
    ]);
  });

  it('tells fields whose class was lost to "import type" or never named', () => {
    expect(warnings(coverageOf([ParcelsController]))).to.have.members([
      'erased-type Parcel.address',
      'untyped-field Parcel.items',
    ]);
  });

  it('tells marks under a route that nobody logs, but for one that is switched off on purpose', () => {
    const report = coverageOf([ForgottenController]);
    expect(warnings(report)).to.deep.equal(['mark-without-record ForgottenController.pay']);
    expect(report.warnings[0]!.routes).to.deep.equal(['POST /api/forgotten']);
    expect(report.routes.map(({ logging }) => logging)).to.have.members(['not-logged', 'switched-off']);
  });

  it('is told once, with the routes that share it', () => {
    const { warnings: found } = coverageOf([SignUpsController, SignUpsController]);
    expect(found.filter(({ where }) => where === 'SignUp.password')).to.have.length(1);
  });

  it('names the remedy', () => {
    for (const { message } of coverageOf([SignUpsController, LooseController, ParcelsController, ForgottenController])
      .warnings) {
      expect(message).to.match(/Add @|Import the class|Give it a class/);
    }
  });
});
