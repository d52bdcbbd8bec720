import { expect } from 'chai';
import { Exclude, Expose, Transform, Type, instanceToPlain } from 'class-transformer';
import type { Context, Next } from 'koa';
import {
  Body,
  Ctx,
  Get,
  JsonController,
  Post,
  ResponseClassTransformOptions,
  UseAfter,
  UseInterceptor,
} from 'routing-controllers';
import { HandleError, Logged, Sensitive } from '../../../src';
import { testApp } from '../../support/test-app';
import { expectNoSecret, plain, secret } from './secrets';

class Brew {
  @Sensitive() yeast = secret();
  hops = 'saaz';
}

class Porter extends Brew {
  malt = 'brown';
  @Sensitive() smoke = secret();
}

class Mild extends Brew {
  @Sensitive(false) override yeast = 'house';
}

/** `yeast` is a property of its own here, and no secret. */
class Bread {
  yeast = 'fresh';
  grain = 'rye';
}

class Cask {
  @Type(() => Brew) brew: unknown = new Porter();
  volume = 9;
}

class Barrels<T> {
  total = 1;
  constructor(readonly list: T[]) {}
}

class Named {
  @Expose({ name: 'tap_no', groups: ['bar'] }) @Sensitive() tap = secret();
  @Expose({ name: 'label_text' }) label = 'stout';
  @Expose() @Sensitive() get recipe() {
    return secret();
  }
  @Expose({ name: 'inner_brew' }) inner: unknown = new Brew();
  @Exclude() @Sensitive() hidden = secret();
}

class SwappedNames {
  @Expose({ name: 'cellar' }) up: unknown = new Brew();
  @Expose({ name: 'attic' }) cellar: unknown = new Bread();
}

class Reworked {
  @Sensitive() @Transform(({ value }: { value: string }) => `${value.slice(0, 12)}…`) source = secret();
  @Exclude() @Sensitive() untold = secret();
  @Expose() @Transform(({ obj }: { obj: Reworked }) => `from ${obj.untold} and more`) story = '';
  @Type(() => Brew)
  @Transform(({ value }: { value: Brew }) => ({ wild: { yeast: value.yeast }, hops: value.hops }))
  reshaped = new Brew();
  plain = 'words';
}

class Crate {
  byName = new Map([['one', new Brew()]]);
  all = new Set([new Brew()]);
  nested = [[new Brew()], [[new Porter()]]];
  nothing: Brew | null = null;
}

@Sensitive()
class Ledger {
  entry = secret();
}
class Journal extends Ledger {
  page = 4;
}
class Register extends Array<unknown> {}
Sensitive()(Register);

class Ticket {
  constructor(private readonly digits: string) {}
  toJSON() {
    return this.digits;
  }
}
Sensitive()(Ticket);

class Renamer {
  @Sensitive() grist = secret();
  toJSON() {
    return { g: this.grist, dose: 2 };
  }
}

class Echo {
  @Sensitive() mash?: string;
  [key: string]: unknown;
}

const shared = { list: [] as unknown[] };

class Spoilt extends Error {}
class Answers {
  @HandleError(Spoilt) spoilt() {
    return { status: 418, body: { ledger: new Ledger(), brew: new Brew(), why: 'spoilt' } };
  }
}

@Logged()
@JsonController()
class Taps {
  @Get('/porter') porter() {
    return new Porter();
  }
  @Get('/page') page() {
    return { data: [new Brew(), new Porter()], total: 2 };
  }
  @Get('/generic') generic() {
    return new Barrels([new Brew()]);
  }
  @Get('/cask') cask() {
    return new Cask();
  }
  @Get('/mild') mild() {
    return { one: new Mild(), bread: new Bread() };
  }
  @Get('/named') @ResponseClassTransformOptions({ groups: ['bar'] }) named() {
    return new Named();
  }
  @Get('/ignored') @ResponseClassTransformOptions({ ignoreDecorators: true }) ignored() {
    return new Named();
  }
  @Get('/swapped') swapped() {
    return new SwappedNames();
  }
  @Get('/reworked') reworked() {
    return new Reworked();
  }
  @Get('/crate') crate() {
    return new Crate();
  }
  @Get('/root-map') rootMap() {
    return new Map([['one', new Brew()]]);
  }
  @Get('/ledger') ledger() {
    return { journal: new Journal(), list: [new Ledger()], open: true };
  }
  @Get('/register') register() {
    return { register: Register.from([secret()]), open: true };
  }
  @Get('/null') null() {
    return Object.assign(new Porter(), { smoke: null, yeast: undefined });
  }
  @Post('/echo') echo(@Body() body: Echo) {
    return body;
  }
  @Get('/wrapped') @UseInterceptor((_action: unknown, result: unknown) => ({ payload: result, ok: true })) wrapped() {
    return [new Ledger(), new Brew()];
  }
  @Get('/flattened')
  @UseInterceptor((_action: unknown, result: Brew) => ({ y: result.yeast, hops: result.hops }))
  flattened() {
    return new Brew();
  }
  @Get('/plain') plain() {
    return instanceToPlain(new Porter());
  }
  @Get('/enveloped')
  @UseAfter((context: Context, next: Next) => {
    context.body = { payload: context.body, ok: true };
    return next();
  })
  enveloped() {
    return { list: [new Ledger(), new Brew()] };
  }
  @Get('/by-hand') byHand(@Ctx() context: Context) {
    context.body = { ledger: new Ledger(), brew: new Brew() };
    return context;
  }
  @Get('/proxied') proxied() {
    return { ledger: new Proxy(new Ledger(), {}), hops: 'saaz' };
  }
  @Get('/shared') shared() {
    return shared;
  }
  @Get('/spoilt') spoilt() {
    throw new Spoilt();
  }
}

@Logged()
@JsonController()
class RawTaps {
  @Get('/ticket') ticket() {
    return { ticket: new Ticket(secret()), seat: 4 };
  }
  @Get('/renamer') renamer() {
    return { inner: new Renamer(), seat: 4 };
  }
}

async function responseOf(path: string, start = testApp().controllers(Taps)) {
  const app = await start.start();
  const response = await app.get(path);
  const sent = await response.text();
  const record = await app.storedRecord();
  expectNoSecret(record);
  expect(record.response.bodyOmitted, sent).to.equal(undefined);
  return plain(record.response.body);
}

const BREW = { yeast: '[REDACTED]', hops: 'saaz' };
const PORTER = { ...BREW, malt: 'brown', smoke: '[REDACTED]' };

describe('the plan of a response body', () => {
  it('follows the class of what was returned, and its parents', async () => {
    expect(await responseOf('/porter')).to.deep.equal(PORTER);
  });

  it('follows instances in plain containers and generics', async () => {
    expect(await responseOf('/page')).to.deep.equal({ data: [BREW, PORTER], total: 2 });
    expect(await responseOf('/generic')).to.deep.equal({ list: [BREW], total: 1 });
  });

  it('follows a subclass where its parent is declared', async () => {
    expect(await responseOf('/cask')).to.deep.equal({ brew: PORTER, volume: 9 });
  });

  it('leaves a name alone in a class that does not mark it', async () => {
    expect(await responseOf('/mild')).to.deep.equal({
      one: { yeast: 'house', hops: 'saaz' },
      bread: { yeast: 'fresh', grain: 'rye' },
    });
  });

  it('covers exposed names, groups and getters', async () => {
    expect(await responseOf('/named')).to.deep.equal({
      tap_no: '[REDACTED]',
      label_text: 'stout',
      recipe: '[REDACTED]',
      inner_brew: BREW,
    });
    expect(await responseOf('/ignored')).to.deep.equal({
      tap: '[REDACTED]',
      label: 'stout',
      inner: BREW,
      hidden: '[REDACTED]',
    });
  });

  it('keeps apart properties whose names on the wire are swapped', async () => {
    expect(await responseOf('/swapped')).to.deep.equal({ cellar: BREW, attic: { yeast: 'fresh', grain: 'rye' } });
  });

  it('covers what transformations make of sensitive properties, in other properties too', async () => {
    expect(await responseOf('/reworked')).to.deep.equal({
      source: '[REDACTED]',
      story: 'from [REDACTED] and more',
      reshaped: { wild: { yeast: '[REDACTED]' }, hops: 'saaz' },
      plain: 'words',
    });
  });

  it('follows maps, sets and nested lists', async () => {
    expect(await responseOf('/crate')).to.deep.equal({
      byName: { one: BREW },
      all: [BREW],
      nested: [[BREW], [[PORTER]]],
      nothing: null,
    });
    expect(await responseOf('/root-map')).to.deep.equal({ one: BREW });
  });

  it('redacts what is null in a sensitive place', async () => {
    expect(await responseOf('/null')).to.deep.equal({ hops: 'saaz', malt: 'brown', smoke: '[REDACTED]' });
  });

  it('redacts instances of a sensitive class as a whole, of lists and of classes with a text of their own too', async () => {
    expect(await responseOf('/ledger')).to.deep.equal({ journal: '[REDACTED]', list: ['[REDACTED]'], open: true });
    expect(await responseOf('/register')).to.deep.equal({ register: '[REDACTED]', open: true });
    const raw = () => testApp().controllers(RawTaps).host({ classTransformer: false });
    expect(await responseOf('/ticket', raw())).to.deep.equal({ ticket: '[REDACTED]', seat: 4 });
    expect(await responseOf('/renamer', raw())).to.deep.equal({ inner: { g: '[REDACTED]', dose: 2 }, seat: 4 });
  });

  it('covers what a handler made plain, by every marked name', async () => {
    expect(await responseOf('/plain')).to.deep.equal(PORTER);
  });

  it('covers what interceptors and middleware wrap or rewrite', async () => {
    expect(await responseOf('/wrapped')).to.deep.equal({ payload: ['[REDACTED]', BREW], ok: true });
    expect(await responseOf('/flattened')).to.deep.equal({ y: '[REDACTED]', hops: 'saaz' });
    expect(await responseOf('/enveloped')).to.equal('[REDACTED]');
  });

  it('covers instances in the answer of an error handler', async () => {
    const start = testApp()
      .controllers(Taps)
      .logging({ errorHandlers: [Answers] });
    expect(await responseOf('/spoilt', start)).to.deep.equal({ ledger: '[REDACTED]', brew: BREW, why: 'spoilt' });
  });

  it('covers instances that a handler gave to Koa', async () => {
    expect(await responseOf('/by-hand')).to.deep.equal({ ledger: '[REDACTED]', brew: BREW });
  });

  it('redacts an object that cannot be asked for its class, once some class is sensitive as a whole', async () => {
    expect(await responseOf('/proxied')).to.deep.equal({ ledger: '[REDACTED]', hops: 'saaz' });
  });

  it('covers unknown keys that came in with the request', async () => {
    const app = await testApp().controllers(Taps).start();
    await app.post('/echo', { mash: secret(), smoke: secret(), grain: 'rye' });
    const record = await app.storedRecord();
    const expected = { mash: '[REDACTED]', smoke: '[REDACTED]', grain: 'rye' };
    expect(record.request.body).to.deep.equal(expected);
    expect(record.response.body).to.deep.equal(expected);
  });
});

describe('a live object that changes after it was sent', () => {
  const sentThenChanged = async (change: () => void) => {
    const app = await testApp()
      .controllers(Taps)
      .setUp(koa =>
        koa.use(async (context, next) => {
          context.res.prependOnceListener('finish', change);
          await next();
        }),
      )
      .start();
    await app.get('/shared');
    const record = await app.storedRecord();
    expectNoSecret(record);
    return record.response.body;
  };

  it('does not lose the protection of its declared class', async () => {
    const cask = new Cask();
    shared.list = [cask];
    expect(await sentThenChanged(() => (cask.brew = new Bread()))).to.deep.equal({
      list: [{ brew: PORTER, volume: 9 }],
    });
  });

  it('does not lose the protection of marked names when instances move or go', async () => {
    shared.list = [new Porter(), new Bread()];
    expect(await sentThenChanged(() => shared.list.reverse())).to.deep.equal({
      list: [PORTER, { yeast: '[REDACTED]', grain: 'rye' }],
    });
    shared.list = [new Porter(), new Cask()];
    expect(await sentThenChanged(() => shared.list.shift())).to.deep.equal({
      list: [PORTER, { brew: PORTER, volume: 9 }],
    });
    shared.list = [new Porter()];
    expect(await sentThenChanged(() => (shared.list = []))).to.deep.equal({ list: [PORTER] });
  });
});
