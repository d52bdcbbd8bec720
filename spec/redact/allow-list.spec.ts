import { expect } from 'chai';
import { Expose, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString } from 'class-validator';
import {
  Body,
  BodyParam,
  CookieParam,
  Get,
  HeaderParam,
  HttpError,
  JsonController,
  Param,
  Post,
  QueryParam,
  QueryParams,
} from 'routing-controllers';
import { HandleError, Loggable, Logged, LoggingError, Sensitive } from '../../src';
import { testApp } from '../support/test-app';
import { expectNoSecret, plain, secret } from './plans/secrets';

@Loggable()
class Spot {
  @IsOptional() @IsString() town?: string;
  @IsOptional() @Sensitive({ mode: 'mask', keepLast: 2 }) postal?: string;
  @IsOptional() token?: string;
  bare?: string;
}

class FarSpot extends Spot {
  @IsOptional() planet?: string;
  @IsOptional() override town = '';
}

class Stop {
  @Loggable() @IsInt() number!: number;
  @IsOptional() remark?: unknown;
  @Loggable() @Expose({ name: 'stop_state' }) state?: string;
  @IsOptional() @Type(() => Spot) at?: Spot;
  @IsOptional() @Type(() => Spot) via?: Spot[];
  @IsOptional() @Type(() => FarSpot) far?: FarSpot;
  @Loggable() labels?: unknown;
  @IsOptional() @Type(() => Spot) byName?: Map<string, Spot>;
}

class ChildStop extends Stop {
  @IsOptional() override remark?: unknown = undefined;
}

class Filter {
  @Loggable() @IsOptional() page?: string;
  @IsOptional() term?: string;
}

class Refused extends Error {}
class Answers {
  @HandleError(Refused) refused() {
    const stop = Object.assign(new Stop(), { number: 9, remark: secret() });
    return { status: 409, body: stop };
  }
}

@Logged()
@JsonController()
class Stops {
  @Post('/stops/:line/:place') create(
    @Body() body: ChildStop,
    @Param('line') @Loggable() _line: string,
    @Param('place') _place: string,
    @QueryParam('dry') @Loggable() _dry: string,
    @QueryParam('sessionid') @Loggable() _session: string,
    @HeaderParam('x-fleet') @Loggable() _fleet: string,
    @CookieParam('theme') @Loggable() _theme: string,
  ) {
    return { data: [body], total: 1 };
  }
  @Get('/filter') filter(@QueryParams() _filter: Filter) {
    return [1, secret()];
  }
  @Post('/open') open(@Body() @Loggable() _body: object) {
    return { told: secret() };
  }
  @Post('/part') part(@BodyParam('size') @Loggable() _size: number, @BodyParam('note') _note: string) {
    return null;
  }
  @Get('/fail') fail() {
    throw new HttpError(418, `boiled ${secret()}\n    at ${secret()} (a.js:1:1)`);
  }
  @Get('/changed') changed() {
    const error = new Error(`first ${secret()}`, { cause: new TypeError(secret()) });
    // The engine may write the text when it is first asked for.
    expect(error.stack).to.contain('first');
    error.message = 'second';
    throw Object.assign(error, { code: 'E_COLD' });
  }
  @Get('/refuse') refuse() {
    throw new Refused(secret());
  }
}

function app() {
  return testApp()
    .controllers(Stops)
    .logging({ redact: { policy: 'allow' }, unmatched: 'all', errorHandlers: [Answers] })
    .start();
}

describe('the policy allow', () => {
  it('records of typed bodies what is marked, and the names of the rest', async () => {
    const server = await app();
    const at = { town: 'Bern', postal: '3011', token: secret(), bare: secret(), extra: secret() };
    await server.post('/stops/7/Bern?dry=yes', {
      number: 4,
      remark: { deep: [secret()] },
      stop_state: 'open',
      at,
      via: [at, null],
      far: { town: secret(), planet: secret(), postal: '3011' },
      labels: { tags: ['a', 'b'], apiKey: secret() },
      byName: { here: at, there: secret() },
      unknown: secret(),
      nothing: null,
    });
    const record = await server.storedRecord();
    expectNoSecret(record);
    const spot = {
      town: 'Bern',
      postal: '**11',
      token: '[REDACTED]',
      bare: '[REDACTED]',
      extra: '[REDACTED]',
    };
    const kept = {
      number: 4,
      remark: '[REDACTED]',
      stop_state: 'open',
      at: spot,
      via: [spot, '[REDACTED]'],
      far: { town: '[REDACTED]', planet: '[REDACTED]', postal: '**11' },
      labels: { tags: ['a', 'b'], apiKey: '[REDACTED]' },
      byName: { here: spot, there: '[REDACTED]' },
      unknown: '[REDACTED]',
      nothing: '[REDACTED]',
    };
    expect(plain(record.request.body)).to.deep.equal(kept);
    expect(record.redactions).to.deep.include({ path: 'request.body.unknown', mode: 'allow' });
    expect(plain(record.response.body)).to.deep.equal({ data: [kept], total: '[REDACTED]' });
  });

  it('records of path, query, headers and cookies what is marked', async () => {
    const server = await app();
    const sent = { number: 4 };
    const [place, session, fleet] = [secret(), secret(), 'north'];
    await server.post(`/stops/7/${place}?dry=yes&sessionid=${session}&x=${secret()}`, sent, {
      'x-fleet': fleet,
      'x-other': secret(),
      cookie: `theme=dark; sid=${secret()}`,
      'user-agent': 'spec/1',
      referer: `http://shop/${secret()}`,
    });
    const { request, response } = await server.storedRecord();
    expectNoSecret(await server.storedRecord());
    expect(request.path).to.equal('/stops/7/[REDACTED]');
    expect({ ...request.params }).to.deep.equal({ line: '7', place: '[REDACTED]' });
    expect({ ...request.query }).to.deep.equal({ dry: 'yes', sessionid: '[REDACTED]', x: '[REDACTED]' });
    expect(request.headers).to.include({
      'x-fleet': 'north',
      'x-other': '[REDACTED]',
      cookie: 'theme=dark; sid=[REDACTED]',
      'user-agent': 'spec/1',
      referer: '[REDACTED]',
      'content-type': 'application/json',
    });
    expect(response.headers).to.include({ 'content-type': 'application/json; charset=utf-8' });
    expect(response.headers['x-request-id']).to.equal('[REDACTED]');
  });

  it('records a query by its class, and no body without one', async () => {
    const server = await app();
    await server.get(`/filter?page=2&term=${secret()}`);
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect({ ...record.request.query }).to.deep.equal({ page: '2', term: '[REDACTED]' });
    expect([record.response.body, record.response.bodyOmitted]).to.deep.equal([undefined, 'policy']);
  });

  it('records an untyped body when its parameter is marked, by the name rules', async () => {
    const server = await app();
    await server.post('/open', { any: ['thing'], password: secret() });
    const record = await server.storedRecord();
    expect(record.request.body).to.deep.equal({ any: ['thing'], password: '[REDACTED]' });
    expect(record.response.bodyOmitted).to.equal('policy');
  });

  it('records the parts of a body whose parameters are marked', async () => {
    const server = await app();
    await server.post('/part', { size: 3, note: secret(), other: { deep: secret() } });
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(record.request.body).to.deep.equal({ size: 3, note: '[REDACTED]', other: '[REDACTED]' });
  });

  it('records of requests without a route neither path nor body', async () => {
    const server = await app();
    await server.post(`/nowhere/${secret()}`, { number: secret() });
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(record.request).to.include({ path: '[REDACTED]', bodyOmitted: 'policy' });
  });

  it('records of errors what they are and where, not what they say', async () => {
    const server = await app();
    await server.get('/fail');
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(record.error).to.include({ name: 'HttpError', message: '[REDACTED]' });
    expect(record.error?.stack).to.match(/^ {4}at new HttpError .*\n {4}at Stops\.fail \(/);
    expect(record.response.bodyOmitted).to.equal('policy');
  });

  it('records no stack of which it cannot tell where the message ends', async () => {
    const server = await app();
    await server.get('/changed');
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(record.error).to.deep.include({ message: '[REDACTED]', code: 'E_COLD', stack: null });
    expect(record.error?.causes).to.deep.equal([{ name: 'TypeError', message: '[REDACTED]' }]);
  });

  it('records which property failed a validation and why, without texts', async () => {
    const server = await app();
    await server.post('/stops/7/Bern', { number: 'four' });
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(record.error?.validation).to.deep.equal([{ path: 'number', constraints: { isInt: '[REDACTED]' } }]);
  });

  it('records the answer of an error handler by its class', async () => {
    const server = await app();
    await server.get('/refuse');
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(plain(record.response.body)).to.deep.equal({ number: 9, remark: '[REDACTED]' });
  });

  it('records the parts of an upload, not what the client calls its files', async () => {
    const server = await app();
    const form = new FormData();
    form.set('title', secret());
    await server.fetch('/stops/7/Bern', { method: 'POST', body: form });
    const record = await server.storedRecord();
    expectNoSecret(record);
    expect(record.request.bodyOmitted).to.equal('multipart');
  });

  it('records attributes, which the application itself chose, by the name rules', async () => {
    const server = await testApp()
      .controllers(Stops)
      .logging({ redact: { policy: 'allow' }, onResponse: () => ({ tenant: 'blue', password: secret() }) })
      .start();
    await server.get('/filter');
    expect((await server.storedRecord()).attributes).to.deep.equal({ tenant: 'blue', password: '[REDACTED]' });
  });
});

describe('@Loggable', () => {
  it('changes nothing without the policy', async () => {
    const server = await testApp().controllers(Stops).start();
    await server.post('/stops/7/Bern', { number: 4, remark: 'free' }, { cookie: 'theme=dark' });
    const { request } = await server.storedRecord();
    expect(request.body).to.deep.equal({ number: 4, remark: 'free' });
    expect(request.headers['cookie']).to.equal('theme=[REDACTED]');
  });

  const refusals: [what: string, make: () => void][] = [
    [
      'a sensitive property',
      () => {
        class Both {
          @Loggable() @Sensitive() coffer?: string;
        }
        void Both;
      },
    ],
    [
      'a sensitive property, in the other order',
      () => {
        class Both {
          @Sensitive() @Loggable() coffer?: string;
        }
        void Both;
      },
    ],
    [
      'a property that a parent marks sensitive',
      () => {
        class Parent {
          @Sensitive() coffer = '';
        }
        class Both extends Parent {
          @Loggable() override coffer = '';
        }
        void Both;
      },
    ],
    [
      'a sensitive class',
      () => {
        @Loggable()
        @Sensitive()
        class Both {}
        void Both;
      },
    ],
    [
      'a sensitive class, in the other order',
      () => {
        @Sensitive()
        @Loggable()
        class Both {}
        void Both;
      },
    ],
    [
      'a sensitive parameter',
      () => {
        class Both {
          act(@Loggable() @Sensitive() _value: string) {}
        }
        void Both;
      },
    ],
    [
      'a sensitive parameter, in the other order',
      () => {
        class Both {
          act(@Sensitive() @Loggable() _value: string) {}
        }
        void Both;
      },
    ],
    [
      'a method',
      () => {
        class Odd {
          @Loggable() act() {}
        }
        void Odd;
      },
    ],
    [
      'a static property',
      () => {
        class Odd {
          @Loggable() static thing = 1;
        }
        void Odd;
      },
    ],
    [
      'a constructor parameter',
      () => {
        class Odd {
          constructor(@Loggable() _value: string) {}
        }
        void Odd;
      },
    ],
  ];
  for (const [what, make] of refusals) {
    it(`is refused on ${what}`, () => {
      expect(make).to.throw(LoggingError).with.property('code', 'DECORATOR_INVALID');
    });
  }

  it('may stand where a subclass makes a loggable property sensitive, or says that a name is harmless', () => {
    class Parent {
      @Loggable() chest = '';
      @Loggable() @Sensitive(false) token = '';
    }
    class Child extends Parent {
      @Sensitive() override chest = '';
    }
    void Child;
  });
});
