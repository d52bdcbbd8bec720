import { expect } from 'chai';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { IsOptional, IsString } from 'class-validator';
import { Body, BodyParam, JsonController, Post, QueryParams } from 'routing-controllers';
import { Logged, Sensitive } from '../../../src';
import { testApp } from '../../support/test-app';
import { expectNoSecret, plain, secret } from './secrets';

class Cabin {
  @IsOptional() @Sensitive() hatch?: string;
  @IsOptional() deck?: unknown;
}

class Ship {
  @IsOptional() @Sensitive() helm?: unknown;
  @IsOptional() flag?: unknown;
  @IsOptional() @Sensitive() rudder?: string;
}

class Frigate extends Ship {
  @IsOptional() @IsString() override helm: string = '';
  @IsOptional() guns?: unknown;
}

class Ferry extends Ship {
  @Sensitive(false) override rudder: string = '';
}

class Renamed {
  @Expose({ name: 'log_line' }) @Sensitive() line?: string;
}
class RenamedAgain extends Renamed {
  @Expose({ name: 'logLineText' }) override line: string = '';
}

class Versioned {
  @Expose({ name: 'berth_v1', until: 2 }) @Sensitive() oldBerth?: string;
  @Expose({ name: 'berth_v2', since: 2 }) @Sensitive() newBerth?: string;
  @Expose({ name: 'shown', groups: ['crew'] }) @Sensitive() forCrew?: string;
  @Expose({ name: 'shown', groups: ['guest'] }) forGuest?: string;
  @Expose({ name: 'inName', toClassOnly: true }) @Sensitive() inward?: string;
  @Expose({ name: 'outName', toPlainOnly: true }) @Sensitive() outward?: string;
  @Exclude() @Sensitive() bilge?: string;
  @Exclude({ toClassOnly: true }) @Sensitive() ballast?: string;
  @Expose() port?: string;
}

class SharedName {
  @Expose({ name: 'part' }) @Type(() => Cabin) first?: Cabin;
  @Expose({ name: 'part', groups: ['x'] }) @Type(() => Ship) second?: Ship;
}

class Parcel<T> {
  @IsOptional() entries?: T[];
  @IsOptional() total?: number;
}

class Fleet {
  @Type(() => Cabin) byName?: Map<string, Cabin>;
  @Type(() => Cabin) set?: Set<Cabin>;
  @Type(() => Cabin) grid?: Cabin[][];
  @IsOptional() @Type(() => Cabin) maybe?: Cabin | null;
  @Type(() => Fleet) escort?: Fleet;
}

class Retyped {
  @Type(() => Ship) part: object = {};
}
class RetypedAgain extends Retyped {
  @Type(() => Cabin) override part = new Cabin();
}

class Steam {
  drive!: string;
  @Sensitive() boiler?: string;
}
class Sail {
  drive!: string;
  @Sensitive() canvas?: string;
  @IsOptional() knots?: unknown;
}
class Engine {
  @Type(() => Object, {
    keepDiscriminatorProperty: true,
    discriminator: {
      property: 'drive',
      subTypes: [
        { value: Steam, name: 'steam' },
        { value: Sail, name: 'sail' },
      ],
    },
  })
  drives?: (Steam | Sail)[];
}

class Reshaped {
  @Transform(({ obj }: { obj: Record<string, string> }) => obj['wire_words'], { toClassOnly: true })
  @Expose()
  @Sensitive()
  words?: string;
}

@Sensitive()
class Strongbox {
  content?: string;
}
class Safe extends Strongbox {
  @IsOptional() maker?: string;
}
class SafeDeposit {
  @Type(() => Safe) safe?: Safe;
  @Type(() => Safe) safes?: Safe[];
  @IsOptional() branch?: string;
}

@Logged()
@JsonController()
class Bodies {
  @Post('/ship') ship(@Body() _body: Frigate) {
    return '';
  }
  @Post('/ferry') ferry(@Body() _body: Ferry) {
    return '';
  }
  @Post('/renamed') renamed(@Body() _body: RenamedAgain) {
    return '';
  }
  @Post('/versioned') versioned(@Body() _body: Versioned) {
    return '';
  }
  @Post('/strict') strict(
    @Body({ transform: { excludeExtraneousValues: true, exposeDefaultValues: true } }) _body: Versioned,
  ) {
    return '';
  }
  @Post('/shared') shared(@Body() _body: SharedName) {
    return '';
  }
  @Post('/parcel') parcel(@Body() _body: Parcel<Cabin>) {
    return '';
  }
  @Post('/fleet') fleet(@Body() _body: Fleet) {
    return '';
  }
  @Post('/retyped') retyped(@Body() _body: RetypedAgain) {
    return '';
  }
  @Post('/engine') engine(@Body() _body: Engine) {
    return '';
  }
  @Post('/reshaped') reshaped(@Body() body: Reshaped) {
    return { got: body.words?.length };
  }
  @Post('/list') list(@Body({ type: Cabin }) _body: Cabin[]) {
    return '';
  }
  @Post('/safe') safe(@Body() _body: Safe) {
    return '';
  }
  @Post('/deposit') deposit(@Body() _body: SafeDeposit) {
    return '';
  }
  @Post('/query') query(@QueryParams() _query: Safe) {
    return '';
  }
  @Post('/parts') parts(@BodyParam('cabin') _cabin: Cabin, @BodyParam('note') _note: string) {
    return '';
  }
}

async function recordOf(path: string, body: unknown) {
  const app = await testApp().controllers(Bodies).start();
  const response = await app.post(path, body);
  expect(response.status, await response.text()).to.equal(200);
  const record = await app.storedRecord();
  expectNoSecret(record);
  return record;
}

async function bodyOf(path: string, body: unknown) {
  return plain((await recordOf(path, body)).request.body);
}

describe('the plan of a request body', () => {
  it('keeps the marks of properties that a subclass declares anew', async () => {
    expect(await bodyOf('/ship', { helm: secret(), flag: 'red', rudder: secret(), guns: 4 })).to.deep.equal({
      helm: '[REDACTED]',
      flag: 'red',
      rudder: '[REDACTED]',
      guns: 4,
    });
  });

  it('lets a subclass say that a property is harmless', async () => {
    expect(await bodyOf('/ferry', { helm: secret(), rudder: 'plain wood' })).to.deep.equal({
      helm: '[REDACTED]',
      rudder: 'plain wood',
    });
  });

  it('covers every name that classes of one family gave a property', async () => {
    expect(
      await bodyOf('/renamed', { line: secret(), log_line: secret(), logLineText: secret(), page: 3 }),
    ).to.deep.equal({
      line: '[REDACTED]',
      log_line: '[REDACTED]',
      logLineText: '[REDACTED]',
      page: 3,
    });
  });

  it('covers names of every version, group and direction, and excluded properties', async () => {
    const secrets = ['berth_v1', 'berth_v2', 'oldBerth', 'newBerth', 'shown', 'inName', 'outName', 'bilge', 'ballast'];
    for (const path of ['/versioned', '/strict']) {
      const body = { port: 'Kiel', ...Object.fromEntries(secrets.map(name => [name, secret()])) };
      expect(await bodyOf(path, body)).to.deep.equal({
        port: 'Kiel',
        ...Object.fromEntries(secrets.map(name => [name, '[REDACTED]'])),
      });
    }
  });

  it('knows of a shared name what any of its properties holds', async () => {
    expect(await bodyOf('/shared', { part: { hatch: secret(), helm: secret(), deck: 1, flag: 2 } })).to.deep.equal({
      part: { hatch: '[REDACTED]', helm: '[REDACTED]', deck: 1, flag: 2 },
    });
  });

  it('falls back to every marked name where a generic lost its type', async () => {
    expect(await bodyOf('/parcel', { entries: [{ hatch: secret(), deck: 1 }], total: 1 })).to.deep.equal({
      entries: [{ hatch: '[REDACTED]', deck: 1 }],
      total: 1,
    });
  });

  it('follows maps, sets, nested arrays, null parts and references to itself', async () => {
    const cabin = () => ({ hatch: secret(), deck: 2 });
    const kept = { hatch: '[REDACTED]', deck: 2 };
    const body = {
      byName: { bow: cabin() },
      set: [cabin()],
      grid: [[cabin(), null], []],
      maybe: null,
      escort: { escort: { grid: [[cabin()]] } },
    };
    expect(await bodyOf('/fleet', body)).to.deep.equal({
      byName: { bow: kept },
      set: [kept],
      grid: [[kept, null], []],
      maybe: null,
      escort: { escort: { grid: [[kept]] } },
    });
  });

  it('redacts null, lists and objects in a sensitive place', async () => {
    expect(await bodyOf('/ship', { rudder: null, flag: null })).to.deep.equal({ rudder: '[REDACTED]', flag: null });
    const app = await testApp().controllers(Bodies).host({ validation: false }).start();
    await app.post('/ship', { rudder: [secret()], helm: { deep: [secret()] }, flag: [1] });
    const { request } = await app.storedRecord();
    expect(request.body).to.deep.equal({ rudder: '[REDACTED]', helm: '[REDACTED]', flag: [1] });
  });

  it('takes the type that a subclass gave a property', async () => {
    expect(await bodyOf('/retyped', { part: { hatch: secret(), deck: 1 } })).to.deep.equal({
      part: { hatch: '[REDACTED]', deck: 1 },
    });
  });

  it('tells the members of a union apart, and redacts by all of them where it cannot', async () => {
    const drives = [
      { drive: 'steam', boiler: secret() },
      { drive: 'sail', canvas: secret(), boiler: secret(), knots: 5 },
      { drive: 'oar', canvas: secret(), boiler: secret(), knots: 5 },
      { canvas: secret(), knots: 5 },
    ];
    expect(await bodyOf('/engine', { drives })).to.deep.equal({
      drives: [
        { drive: 'steam', boiler: '[REDACTED]' },
        { drive: 'sail', canvas: '[REDACTED]', boiler: '[REDACTED]', knots: 5 },
        { drive: 'oar', canvas: '[REDACTED]', boiler: '[REDACTED]', knots: 5 },
        { canvas: '[REDACTED]', knots: 5 },
      ],
    });
  });

  it('misses a name that only a transformation knows; the bound value gives the secret away', async () => {
    expect(await bodyOf('/reshaped', { wire_words: secret(), tone: 'calm' })).to.deep.equal({
      wire_words: '[REDACTED]',
      tone: 'calm',
    });
  });

  it('covers a list of the declared class', async () => {
    expect(await bodyOf('/list', [{ hatch: secret(), deck: 1 }])).to.deep.equal([{ hatch: '[REDACTED]', deck: 1 }]);
  });

  it('inherits the mark of a whole class, in a body, in a property, in a query', async () => {
    expect(await bodyOf('/safe', { content: secret(), maker: secret() })).to.equal('[REDACTED]');
    const safe = { content: secret() };
    expect(await bodyOf('/deposit', { safe, safes: [safe], branch: 'north' })).to.deep.equal({
      safe: '[REDACTED]',
      safes: '[REDACTED]',
      branch: 'north',
    });
    const { request } = await recordOf(`/query?content=${secret()}&maker=x`, {});
    expect({ ...request.query }).to.deep.equal({ content: '[REDACTED]', maker: '[REDACTED]' });
  });

  it('covers parameters that take parts of the body', async () => {
    expect(await bodyOf('/parts', { cabin: { hatch: secret(), deck: 1 }, note: 'aye' })).to.deep.equal({
      cabin: { hatch: '[REDACTED]', deck: 1 },
      note: 'aye',
    });
  });

  it('judges unknown keys by name, also those that another class marks', async () => {
    expect(await bodyOf('/ship', { hatch: secret(), apiToken: secret(), wheel: 'oak' })).to.deep.equal({
      hatch: '[REDACTED]',
      apiToken: '[REDACTED]',
      wheel: 'oak',
    });
  });
});
