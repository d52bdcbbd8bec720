import 'reflect-metadata';
import { expect } from 'chai';
import { inherits } from 'node:util';
import { IsDate, IsInt, IsString, Max, MaxLength, MinLength, ValidateNested } from 'class-validator';
import type { Context, Next } from 'koa';
import { Type } from 'class-transformer';
import {
  Authorized,
  BadRequestError,
  Body,
  Ctx,
  Get,
  Header,
  HttpError,
  InternalServerError,
  JsonController,
  type KoaMiddlewareInterface,
  Controller,
  NotFoundError,
  Post,
  UseBefore,
} from 'routing-controllers';
import {
  createLogging,
  ErrorInterceptor,
  type ErrorResponse,
  HandleError,
  Logged,
  type LoggingOptions,
  Sensitive,
} from '../../src';
import { testApp } from '../support/test-app';

class PaymentError extends Error {
  constructor(readonly code: string) {
    super(`payment refused: ${code}`);
  }
}
class CardError extends PaymentError {}
class ExpiredCardError extends CardError {}
class SeveralCardsError extends AggregateError {}
/** As classes were written before there were any; its prototype says that its constructor is `Error`. */
const OldError = function OldError(this: Error) {
  this.message = 'old';
} as unknown as new () => Error;
inherits(OldError, Error);
Reflect.deleteProperty(OldError.prototype as object, 'constructor');

class Card {
  @Sensitive() @MinLength(16) number!: string;
}
class Passport {
  @MinLength(9) serial!: string;
}
class Traveller {
  @IsString() serial!: string;
  @Sensitive() @ValidateNested() @Type(() => Passport) passport!: Passport;
}
@Sensitive()
class Safe {
  @IsString() code!: string;
  holder!: string;
  balance!: number;
}
class Account {
  @Sensitive() @MaxLength(5, { message: 'word too long: $value' }) accountWord!: string;
  @Sensitive() @Max(5, { message: 'number too big: $value' }) accountLimit!: number;
  @ValidateNested() @Type(() => Safe) safe!: Safe;
  @IsString() name!: string;
}
class Basket {
  @IsInt({ each: true }) counts!: number[];
  @IsDate() @Type(() => Date) at!: Date;
}
class Order {
  @IsString() item!: string;
  @ValidateNested() @Type(() => Card) card!: Card;
}

class MapErrors implements KoaMiddlewareInterface {
  async use(_context: Context, next: Next): Promise<void> {
    try {
      await next();
    } catch {
      throw new BadRequestError('mapped');
    }
  }
}

@Logged()
@JsonController('/errors')
class ErrorsController {
  @Get('/payment') payment() {
    throw new PaymentError('P1');
  }
  @Get('/card') card() {
    throw new CardError('C1');
  }
  @Get('/expired') expired() {
    throw new ExpiredCardError('E1');
  }
  @Get('/range') @Header('x-fixed', 'yes') range() {
    throw new RangeError('out of range');
  }
  @Get('/http') http() {
    throw new HttpError(418, 'teapot');
  }
  @Get('/internal') internal() {
    throw new InternalServerError('known to fail');
  }
  @Get('/non-error') nonError() {
    // oxlint-disable-next-line typescript/only-throw-error
    throw { secret: 'canary-thrown', message: 'not an Error' };
  }
  @Get('/aggregate') aggregate() {
    throw new AggregateError([new PaymentError('P2'), new TypeError('part')], 'several');
  }
  @Get('/caused') caused() {
    throw new Error('outer', { cause: new PaymentError('P3') });
  }
  @Get('/members') @Authorized() members() {}
  @Get('/undefined') undefinedResult() {}
  @Post('/orders') order(@Body() order: Order) {
    return order;
  }
  @Post('/accounts') account(@Body() account: Account) {
    return account;
  }
  @UseBefore(MapErrors) @Get('/mapped') mapped() {
    throw new PaymentError('P6');
  }
  @Post('/baskets') basket(@Body() basket: Basket) {
    return basket;
  }
  @Get('/several-cards') severalCards() {
    throw new SeveralCardsError([], 'several');
  }
  @Get('/old') old() {
    throw new OldError();
  }
  @Get('/listed') listed() {
    const names = { 'a.b': 1, $x: 2, '': 3, '100%': 4 };
    const items = Array.from({ length: 1_500 }, (_, item) => ({ item, names }));
    throw Object.assign(new HttpError(422, 'refused'), { errors: [...items, 'x'.repeat(100_000)] });
  }
  @Get('/refused') refused() {
    const own = { code: 7, message: 'no', at: new Date(Number.NaN), sizes: new Map([[1, 2]]), toJSON: () => 'told' };
    const target = { 'a.b': own, 'x%2Ey': { ...own, toJSON: undefined }, bytes: Buffer.from('ab') };
    const refusal = { property: 'size', constraints: { isInt: 'no integer' }, target, value: Number.NaN, ...own };
    throw Object.assign(new HttpError(422, 'refused'), { errors: [{ ...refusal, toJSON: undefined }, own] });
  }
  @Get('/unanswered') unanswered(@Ctx() context: Context) {
    context.respond = false;
    throw new PaymentError('P4');
  }
  @Get('/answered') answered(@Ctx() context: Context) {
    context.body = { paid: true };
    throw new PaymentError('P5');
  }
  @Post('/travellers') traveller(@Body() traveller: Traveller) {
    return traveller;
  }
}

@Logged()
@Controller('/text-errors')
class TextErrorsController {
  @Get('/range') range() {
    throw new RangeError('out of range');
  }
}

class ApiErrors {
  private readonly prefix = 'api';
  @HandleError(Error) fallback() {
    return { status: 500, body: { code: `${this.prefix}-99999` } };
  }
  @HandleError(CardError) card(error: CardError) {
    return { status: 402, body: { code: error.code }, headers: { 'x-handled-by': 'card' } };
  }
  @HandleError(PaymentError) payment(error: PaymentError) {
    return { status: 409, body: { code: error.code } };
  }
}

const builder = (options: LoggingOptions = {}) =>
  testApp()
    .controllers(ErrorsController, TextErrorsController)
    .logging(options)
    .host({ authorizationChecker: () => false });

describe('error handlers', () => {
  for (const { path, status, code } of [
    { path: '/payment', status: 409, code: 'P1' },
    { path: '/card', status: 402, code: 'C1' },
    { path: '/expired', status: 402, code: 'E1' },
    { path: '/range', status: 500, code: 'api-99999' },
    { path: '/aggregate', status: 500, code: 'api-99999' },
    { path: '/members', status: 500, code: 'api-99999' },
    { path: '/undefined', status: 500, code: 'api-99999' },
  ]) {
    it(`answer ${path} by the most derived registered class`, async () => {
      const app = await builder({ errorHandlers: [ApiErrors] }).start();
      const response = await app.get(`/errors${path}`);
      expect([response.status, await response.json()]).to.deep.equal([status, { code }]);
      const record = await app.storedRecord();
      expect(record.response.body).to.deep.equal({ code });
      expect(record.error?.name).to.be.a('string');
    });
  }

  it('may be pairs or instances, and set headers', async () => {
    const app = await builder({
      errorHandlers: [
        new ApiErrors(),
        [RangeError, (error: RangeError) => ({ status: 416, body: { said: error.message } })],
      ],
    }).start();
    expect((await app.get('/errors/card')).headers.get('x-handled-by')).to.equal('card');
    expect(await (await app.get('/errors/range')).json()).to.deep.equal({ said: 'out of range' });
  });

  it('see malformed JSON and, when one is registered for it, addresses that no route takes', async () => {
    const app = await builder({
      errorHandlers: [
        [SyntaxError, () => ({ status: 400, body: { code: 'BAD_JSON' } })],
        [NotFoundError, () => ({ status: 404, body: { code: 'NO_ROUTE' } })],
      ],
    }).start();
    expect(await (await app.post('/errors/orders', '{')).json()).to.deep.equal({ code: 'BAD_JSON' });
    expect(await (await app.get('/nowhere')).json()).to.deep.equal({ code: 'NO_ROUTE' });
  });

  it('answer errors of classes that inherit in the old way, such as those of the body parser', async () => {
    const app = await builder({
      errorHandlers: [[Error, (error: Error) => ({ body: { name: error.name } })]],
    }).start();
    const response = await app.post('/errors/orders', { item: 'x'.repeat(1_100_000) });
    expect([response.status, await response.json()]).to.deep.equal([413, { name: 'PayloadTooLargeError' }]);
  });

  it('answer errors of classes that forget their constructor, and of those that stand for several', async () => {
    const app = await builder({
      errorHandlers: [
        [OldError, () => ({ status: 410, body: { code: 'OLD' } })],
        [SeveralCardsError, () => ({ status: 402, body: { code: 'CARDS' } })],
      ],
    }).start();
    expect(await (await app.get('/errors/old')).json()).to.deep.equal({ code: 'OLD' });
    expect(await (await app.get('/errors/several-cards')).json()).to.deep.equal({ code: 'CARDS' });
  });

  it('without a body send none that was meant for success, unless they put it there', async () => {
    const silent = await builder({ errorHandlers: [[PaymentError, () => ({ status: 409 })]] }).start();
    const response = await silent.get('/errors/answered');
    expect([response.status, await response.text()]).to.deep.equal([409, 'Conflict']);
    const handler = (_: Error, context: Context) => {
      context.body = { refused: true };
      return { status: 409 };
    };
    const telling = await builder({ errorHandlers: [[PaymentError, handler]] }).start();
    const told = await telling.get('/errors/answered');
    expect([told.status, await told.json()]).to.deep.equal([409, { refused: true }]);
  });

  it('leave a response that Koa was told not to send to Koa, which sends its error', async () => {
    for (const errorHandlers of [[], [ApiErrors]]) {
      const app = await builder({ errorHandlers }).start();
      const response = await app.get('/errors/unanswered');
      expect([response.status, await response.text()]).to.deep.equal([500, 'Internal Server Error']);
      const record = await app.storedRecord();
      expect(record.response).to.deep.include({ status: 500, outcome: 'sent' });
      expect(record.error?.message).to.equal('payment refused: P4');
    }
  });

  it('for Error alone leave unknown addresses to the host', async () => {
    const app = await builder({ errorHandlers: [ApiErrors] }).start();
    expect((await app.get('/nowhere')).status).to.equal(404);
  });

  const failing: Readonly<Record<string, () => ErrorResponse>> = {
    throw: () => {
      throw new Error('handler bug');
    },
    'answer with an impossible status': () => ({ status: 99_999 }),
    'answer with an impossible header': () => ({ status: 400, headers: { 'x-bad': 'line\nbreak' } }),
  };
  for (const [what, handler] of Object.entries(failing)) {
    it(`that ${what} lead to the default response`, async () => {
      const app = await builder({ errorHandlers: [[Error, handler]] }).start();
      const response = await app.get('/errors/http');
      const { message } = (await response.json()) as { message: string };
      expect([response.status, message]).to.deep.equal([418, 'teapot']);
      expect(app.reports.map(({ code }) => code)).to.deep.equal(['ERROR_HANDLER_FAILED']);
    });
  }
});

describe('without an error handler', () => {
  const paths = [
    '/payment',
    '/range',
    '/http',
    '/internal',
    '/aggregate',
    '/caused',
    '/members',
    '/undefined',
    '/non-error',
    '/listed',
    '/refused',
  ];
  for (const development of [true, false]) {
    it(`the response equals the host's default (development: ${development})`, async () => {
      const bare = await builder().host({ defaultErrorHandler: true, development }).withoutLogging().start();
      const logged = await builder().host({ development }).start();
      for (const path of [...paths.map(failing => `/errors${failing}`), '/text-errors/range']) {
        const [expected, actual] = await Promise.all([bare.get(path), logged.get(path)]);
        expect(actual.status, path).to.equal(expected.status);
        expect(actual.headers.get('content-type'), path).to.equal(expected.headers.get('content-type'));
        expect(actual.headers.get('x-fixed'), path).to.equal(expected.headers.get('x-fixed'));
        // Stacks differ in the frames of whoever called.
        const firstLines = (text: string) => text.replace(/(\\n|\n)\s+at .*?(?="|$)/gs, '');
        expect(firstLines(await actual.text()), path).to.equal(firstLines(await expected.text()));
      }
    });
  }

  it('a validation error without anything sensitive is sent as the host sends it', async () => {
    const bare = await builder().host({ defaultErrorHandler: true, development: false }).withoutLogging().start();
    const logged = await builder().host({ development: false }).start();
    let deep: unknown = 'deep';
    for (let level = 0; level < 50; level++) deep = [deep];
    const body = {
      counts: Array.from({ length: 12_000 }, () => 'x'),
      at: 'never',
      names: { 'a.b': 1, $x: 2, '': 3, '100%': 4, 'x%2Ey': 5 },
      text: 'x'.repeat(20_000),
      tracking: '4539148803436467',
      halved: '\ud83d',
      deep,
    };
    const [expected, actual] = await Promise.all([
      bare.post('/errors/baskets', body),
      logged.post('/errors/baskets', body),
    ]);
    expect([actual.status, await actual.text()]).to.deep.equal([400, await expected.text()]);
  });

  for (const validationError of [{ target: false }, { target: false, value: false }]) {
    it(`a validation error knows the sensitive input also with ${JSON.stringify(validationError)}`, async () => {
      const app = await builder().host({ development: false, validation: { validationError } }).start();
      const safe = { code: 5, holder: 'Ann Example', balance: 987_654 };
      const response = await app.post('/errors/accounts', {
        accountWord: 'zqopensesame',
        accountLimit: 73_918,
        safe,
        name: 5,
      });
      const text = await response.text();
      expect(response.status).to.equal(400);
      const seen = `${text} ${JSON.stringify(await app.storedRecord())}`;
      for (const secret of ['zqopensesame', '73918', 'Ann Example', '987654']) expect(seen).not.to.contain(secret);
      const { errors } = JSON.parse(text) as { errors: { property: string }[] };
      expect(errors.map(({ property }) => property)).to.have.members(['accountWord', 'accountLimit', 'safe', 'name']);
      expect(text).to.contain('name must be a string');
    });
  }

  it('errors that a middleware makes of others are answered as those', async () => {
    const app = await builder().host({ development: false }).start();
    const response = await app.get('/errors/mapped');
    expect([response.status, await response.text()]).to.deep.equal([400, 'mapped']);
    expect((await app.storedRecord()).error?.message).to.equal('payment refused: P6');
  });

  it('a validation error keeps everything but the sensitive input', async () => {
    const app = await builder().host({ development: false }).start();
    const response = await app.post('/errors/orders', { item: 5, card: { number: 'canary-123' } });
    const body = (await response.json()) as { errors: { property: string; value?: unknown; children: object[] }[] };
    expect(response.status).to.equal(400);
    expect(body.errors.map(({ property }) => property)).to.deep.equal(['item', 'card']);
    expect(body.errors[0]).to.deep.include({ value: 5, constraints: { isString: 'item must be a string' } });
    expect(body.errors[1]!.children[0]).to.deep.include({
      property: 'number',
      constraints: { minLength: 'number must be longer than or equal to 16 characters' },
    });
    expect(JSON.stringify(body)).not.to.contain('canary');
    const record = await app.storedRecord();
    expect(record.error?.validation?.map(({ path }) => path)).to.deep.equal(['item', 'card.number']);
    expect(JSON.stringify(record)).not.to.contain('canary');
  });

  it('a validation error inside a sensitive property tells which property was refused, not its value', async () => {
    const app = await builder().start();
    const response = await app.post('/errors/travellers', { serial: 'number 7', passport: { serial: 'canary' } });
    expect(response.status).to.equal(400);
    const record = await app.storedRecord();
    expect(record.error?.validation?.map(({ path }) => path)).to.deep.equal(['passport.serial']);
    expect(record.request.body).to.deep.equal({ serial: 'number 7', passport: '[REDACTED]' });
    expect(JSON.stringify(record)).not.to.contain('canary');
  });

  it("Koa's error event tells unexpected errors, not refusals", async () => {
    const app = await builder().start();
    for (const path of ['/range', '/members', '/undefined', '/internal']) await app.get(`/errors${path}`);
    expect(app.appErrors.map(error => (error as Error).name)).to.deep.equal(['RangeError', 'InternalServerError']);
  });

  it('a failure before the controllers is left to Koa', async () => {
    const app = await builder()
      .use(() => {
        throw Object.assign(new Error('teapot'), { status: 418, expose: true });
      })
      .start();
    const response = await app.get('/errors/range');
    expect([response.status, await response.text()]).to.deep.equal([418, 'teapot']);
    expect((await app.storedRecord()).error?.message).to.equal('teapot');
  });
});

describe('an ErrorInterceptor that stands alone', () => {
  it('answers by its handlers, else as the host would, and records nothing', async () => {
    const errors = new ErrorInterceptor({
      errorHandlers: [[PaymentError, () => ({ status: 402, body: { paid: false } })]],
    });
    const app = await builder().host({ development: false }).withoutLogging().use(errors.use).start();
    expect(await (await app.get('/errors/payment')).json()).to.deep.equal({ paid: false });
    const refused = await app.post('/errors/orders', { item: 5, card: { number: 'canary-123' } });
    expect(refused.status).to.equal(400);
    expect(await refused.text())
      .to.contain('item must be a string')
      .and.not.to.contain('canary');
    expect(app.logging.stats().exchanges.seen).to.equal(0);
  });
});

describe('the error of a record', () => {
  it('has its causes, code and stack, but no other property', async () => {
    const app = await builder().start();
    await app.get('/errors/caused');
    await app.get('/errors/aggregate');
    await app.get('/errors/non-error');
    const [caused, aggregate, nonError] = await app.storedRecords();
    expect(caused!.error!.causes).to.deep.equal([{ name: 'PaymentError', message: 'payment refused: P3', code: 'P3' }]);
    expect(caused!.error!.stack).to.contain('caused');
    expect(aggregate!.error!.causes.map(({ name }) => name)).to.deep.equal(['PaymentError', 'TypeError']);
    expect(JSON.stringify(nonError)).not.to.contain('canary');
  });

  it('has one fingerprint for one place and another for another', async () => {
    const app = await builder().start();
    for (const path of ['/range', '/range', '/payment']) await app.get(`/errors${path}`);
    const [one, same, other] = (await app.storedRecords()).map(({ error }) => error!.fingerprint);
    expect(one).to.equal(same).and.not.to.equal(other);
  });
});

describe("the host's default error handler left on", () => {
  it('is told once, and errors are recorded all the same', async () => {
    const app = await builder().host({ defaultErrorHandler: true }).start();
    for (const path of ['/range', '/members', '/range']) await app.get(`/errors${path}`);
    await app.post('/errors/orders', { item: 5, card: { number: 'canary-123' } });
    const records = await app.storedRecords();
    expect(records.map(({ error }) => error?.name)).to.deep.equal([
      'RangeError',
      'AuthorizationRequiredError',
      'RangeError',
      'BadRequestError',
    ]);
    expect(JSON.stringify(records)).not.to.contain('canary');
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['DEFAULT_ERROR_HANDLER']);
  });
});

describe('a wrong error handler', () => {
  const declare = (errorClass: unknown) => () => {
    class Wrong {
      @HandleError(errorClass as typeof Error) handle() {}
    }
    return Wrong;
  };
  it('is refused where it is declared', () => {
    expect(declare(AggregateError)).to.throw('@HandleError() on Wrong.handle cannot take AggregateError');
    expect(declare(String)).to.throw('@HandleError() on Wrong.handle needs a class that is Error or extends it');
    expect(() => {
      class Twice {
        @HandleError(RangeError) one() {}
        @HandleError(RangeError) two() {}
      }
      return Twice;
    }).to.throw('Twice.one already handles RangeError');
  });

  it('is refused where it is registered', () => {
    class Empty {}
    const create = (...errorHandlers: unknown[]) =>
      createLogging({ enabled: false, errorHandlers: errorHandlers as never });
    expect(() => create(Empty)).to.throw('errorHandlers[0] must be a class with @HandleError methods');
    expect(() => create([AggregateError, () => {}])).to.throw('errorHandlers[0] cannot take AggregateError');
    expect(() => create([BadRequestError, 5])).to.throw('errorHandlers[0] needs a function as its second part, got 5');
    expect(() => create(ApiErrors, [Error, () => {}])).to.throw(
      'errorHandlers[1] handles Error, which has a handler already',
    );
  });

  it('is refused by an ErrorInterceptor that stands alone as well', () => {
    const create = (options: object) => new ErrorInterceptor(options);
    expect(() => create({ errorHandler: [ApiErrors] })).to.throw('has no option "errorHandler": did you mean');
    expect(() => create({ errorHandlers: {} })).to.throw('errorHandlers must be an array, got a value of type object');
    expect(() => create({ onError: 5 })).to.throw('ErrorInterceptor({ onError }) must be a function, got 5');
  });
});
