import 'reflect-metadata';
import { expect } from 'chai';
import type { Context } from 'koa';
import {
  type Action,
  Body,
  type ClassConstructor,
  Ctx,
  Get,
  getFromContainer,
  Interceptor,
  type InterceptorInterface,
  type IocAdapter,
  JsonController,
  Param,
  Post,
  useContainer,
  UseBefore,
  UseInterceptor,
} from 'routing-controllers';
import { createLogging, Logged, type LoggedOptions, LoggingInterceptor, Sensitive } from '../../src';
import { testApp } from '../support/test-app';

class Credentials {
  @Sensitive() password!: string;
}

/** A decorator of the application that looks at the arguments it is called with. */
function CacheByFirstArgument(): MethodDecorator {
  return (_target, _member, descriptor) => {
    const method = descriptor.value as unknown as (...args: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...args: unknown[]) {
      return { key: JSON.stringify(args[0]), result: method.apply(this, args) };
    } as never;
  };
}

@Logged()
@JsonController('/decorated')
class DecoratedController {
  readonly greeting: string;
  constructor(greeting = 'hello') {
    this.greeting = greeting;
  }
  @Get('/by-id/:id') byId(@Param('id') id: string) {
    return { greeting: this.greeting, id };
  }
  @Get('/cached/:id') @CacheByFirstArgument() cached(@Param('id') id: string) {
    return { id };
  }
  @Get('/rest/:id') rest(@Param('id') ...ids: string[]) {
    return { ids };
  }
  @UseInterceptor((_action: Action, result: object) => ({ ...result, enriched: true }))
  @Get('/enriched')
  enriched() {
    return { original: true };
  }
}

@JsonController('/methods')
class MethodsController {
  @Logged() @Get('/above') above() {
    return {};
  }
  @Get('/below') @Logged() below() {
    return {};
  }
  @Get('/guarded') @Logged() @UseBefore(refuse) guarded() {
    return {};
  }
}

function refuse(): never {
  throw new Error('refused by middleware');
}

@Logged()
@UseBefore(refuse)
@JsonController('/refusing')
class RefusingController {
  @Get('/a') a() {
    return {};
  }
}

class CrudController {
  @Get('/list') list() {
    return { inherited: true };
  }
  @Get('/one/:id') one(@Param('id') id: string) {
    return { id: id ?? 'the host gave none' };
  }
}
@Logged()
@JsonController('/inherited')
class InheritingController extends CrudController {}

@Logged()
class LoggedBase {
  @Get('/list') list() {
    return { inherited: true };
  }
}
@JsonController('/logged-base')
class OfLoggedBase extends LoggedBase {}

@UseInterceptor(LoggingInterceptor)
@JsonController('/by-hand')
class ByHandController {
  @Get('/a') a() {
    return {};
  }
  @Get('/fails') fails() {
    throw new RangeError('by hand');
  }
  @Get('/refused') @UseBefore(refuse) refused() {
    return {};
  }
}

@JsonController('/listed')
class ListedController {
  @Get('/a') a() {
    return {};
  }
  @Get('/fails') fails() {
    throw new RangeError('listed');
  }
}

/** As it is stored. */
class Patient {
  id = 1;
  illness = 'zqillness';
  file = { diagnosis: 'zqfluenza', score: 42 };
}
@Sensitive()
class MedicalFile {
  diagnosis = 'zqfluenza';
  score = 42;
}
/** As it is sent. */
class PatientView {
  id = 1;
  @Sensitive() illness = 'zqillness';
  file = new MedicalFile();
}
const toView = (_action: Action, result: object) => (result instanceof Patient ? new PatientView() : result);

@Logged()
class PatientsController {
  @Get('/mapped') mapped() {
    return new Patient();
  }
}
@Logged()
@JsonController('/patients')
class MappedByAction {
  @UseInterceptor(toView) @Get('/mapped') mapped() {
    return new Patient();
  }
  @Get('/direct') direct() {
    return new PatientView();
  }
  @Get('/told') told(@Ctx() context: Context) {
    context.app.emit('error', new Error('no mail was sent'), context);
    return new PatientView();
  }
}
@UseInterceptor(toView)
@JsonController('/inherited')
class MappedByController extends PatientsController {}

// What applications without `exactOptionalPropertyTypes` may write.
@Logged({ requestBody: undefined, responseBody: undefined, sample: undefined } as unknown as LoggedOptions)
@JsonController('/undefined')
class UndefinedOptions {
  @Post('/a') a(@Body() body: object) {
    return body;
  }
}

@JsonController('/untyped')
class UntypedController {
  @Post('/a') @Logged() a(@Body() body: { password: string }) {
    return { length: body.password.length };
  }
  @Post('/typed') @Logged() typed(@Body() body: Credentials) {
    return { length: body.password.length };
  }
}

describe('@Logged', () => {
  it('leaves the methods of a class as they are', () => {
    const { byId } = DecoratedController.prototype;
    expect([byId.name, byId.length]).to.deep.equal(['byId', 1]);
    expect(Reflect.getMetadata('design:paramtypes', DecoratedController.prototype, 'byId')).to.deep.equal([String]);
    expect(new DecoratedController('hi').byId('3')).to.deep.equal({ greeting: 'hi', id: '3' });
  });

  it('gives methods and their other decorators the arguments that the host gives', async () => {
    const app = await testApp().controllers(DecoratedController).start();
    expect(await (await app.get('/decorated/by-id/3')).json()).to.deep.equal({ greeting: 'hello', id: '3' });
    expect(await (await app.get('/decorated/cached/3')).json()).to.deep.equal({ key: '"3"', result: { id: '3' } });
    expect(await (await app.get('/decorated/rest/3')).json()).to.deep.equal({ ids: ['3'] });
    expect((await app.storedRecords()).map(({ handler }) => handler?.action)).to.deep.equal(['byId', 'cached', 'rest']);
  });

  it('works above and below the decorator of the route', async () => {
    const app = await testApp().controllers(MethodsController).start();
    await app.get('/methods/above');
    await app.get('/methods/below');
    expect((await app.storedRecords()).map(({ handler }) => handler?.route)).to.deep.equal([
      '/methods/above',
      '/methods/below',
    ]);
  });

  it('records what other interceptors made of the result', async () => {
    const app = await testApp().controllers(DecoratedController).start();
    await app.get('/decorated/enriched');
    expect((await app.storedRecord()).response.body).to.deep.equal({ original: true, enriched: true });
  });

  it('has the route with the prefix of the application', async () => {
    const app = await testApp().controllers(DecoratedController).host({ routePrefix: '/api/v2' }).start();
    await app.get('/api/v2/decorated/by-id/3');
    expect((await app.storedRecord()).handler).to.deep.equal({
      controller: 'DecoratedController',
      action: 'byId',
      route: '/api/v2/decorated/by-id/:id',
    });
  });

  it('knows the handler when middleware of the action or of the controller refuses', async () => {
    const app = await testApp().controllers(MethodsController, RefusingController).start();
    await app.get('/methods/guarded');
    await app.get('/refusing/a');
    expect((await app.storedRecords()).map(({ handler }) => handler?.action)).to.deep.equal(['guarded', 'a']);
  });

  it('needs nothing from a strict dependency-injection container', async () => {
    const instances = new Map<unknown, object>([[DecoratedController, new DecoratedController('from the container')]]);
    useContainer({
      get(type: unknown) {
        const instance = instances.get(type);
        if (!instance) throw new Error('not registered');
        return instance as never;
      },
    });
    try {
      const app = await testApp().controllers(DecoratedController).start();
      const response = await app.get('/decorated/by-id/3');
      expect(await response.json()).to.deep.equal({ greeting: 'from the container', id: '3' });
      expect((await app.storedRecord()).response.body).to.deep.equal({ greeting: 'from the container', id: '3' });
    } finally {
      useContainer(defaultContainer());
    }
  });

  it('covers inherited actions, and warns of parameters that the host does not pass', async () => {
    const app = await testApp().controllers(InheritingController, OfLoggedBase).start();
    await app.get('/inherited/list');
    await app.get('/inherited/one/5');
    await app.get('/logged-base/list');
    const records = await app.storedRecords();
    expect(records.map(({ handler }) => `${handler?.controller}.${handler?.action}`)).to.deep.equal([
      'InheritingController.list',
      'InheritingController.one',
      'OfLoggedBase.list',
    ]);
    expect(records[2]!.response.body).to.deep.equal({ inherited: true });
    expect(app.reports.map(({ code }) => code)).to.deep.equal(['INHERITED_PARAMETERS']);
    expect(app.reports[0]!.message).to.contain('InheritingController.one is inherited from CrudController');
  });

  it('warns of a body whose class is not known at run time', async () => {
    const app = await testApp().controllers(UntypedController).start();
    await app.post('/untyped/a', { password: 'canary-untyped' });
    await app.post('/untyped/typed', { password: 'canary-typed' });
    expect(JSON.stringify(await app.storedRecords())).not.to.contain('canary');
    expect(app.reports.map(({ code, message }) => `${code} ${message.includes('UntypedController.a')}`)).to.deep.equal([
      'UNTYPED_BODY true',
    ]);
  });

  for (const { wrong, message } of [
    { wrong: { sampel: 1 }, message: '@Logged() has no option "sampel": did you mean "sample"?' },
    { wrong: { sample: 2 }, message: '@Logged() sample must be a number from 0 to 1, got 2.' },
    {
      wrong: { responseBody: 'nevr' },
      message: '@Logged() responseBody must be one of "always", "on-error", "never", got "nevr".',
    },
    {
      wrong: { slowMs: '5' },
      message:
        '@Logged() slowMs must be a whole number from 0 to 3600000 (milliseconds), got a string of 1 characters.',
    },
    { wrong: { when: true }, message: '@Logged() when must be a function, got true.' },
    { wrong: 'yes', message: '@Logged() must be an options object, got a string of 3 characters.' },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      expect(() => Logged(wrong as never)).to.throw(message);
    });
  }

  it('refuses to stand on a property or a static method', () => {
    expect(() => Logged()({} as never, 'property', undefined as never)).to.throw('belongs on a controller class');
  });
});

/** The host's own behaviour: one instance per class. */
function defaultContainer(): IocAdapter {
  const instances = new Map<unknown, unknown>();
  return {
    get<T>(type: ClassConstructor<T>): T {
      if (!instances.has(type)) instances.set(type, new type());
      return instances.get(type) as T;
    },
  };
}

describe('the result that is sent', () => {
  for (const [how, controller, path] of [
    ['by the action itself', MappedByAction, '/patients/direct'],
    ['by an interceptor of the action', MappedByAction, '/patients/mapped'],
    ['by an interceptor of the controller', MappedByController, '/inherited/mapped'],
    ['by the action itself, which told of an error aside', MappedByAction, '/patients/told'],
  ] as const) {
    it(`has its classes decide what is redacted when it was made ${how}`, async () => {
      const app = await testApp().controllers(controller).start();
      expect(await (await app.get(path)).text())
        .to.contain('zqillness')
        .and.contain('zqfluenza');
      const record = await app.storedRecord();
      expect(record.response.body).to.deep.equal({ id: 1, illness: '[REDACTED]', file: '[REDACTED]' });
    });
  }
});

describe('options of @Logged() that are undefined', () => {
  it('say nothing', async () => {
    const app = await testApp()
      .controllers(UndefinedOptions)
      .logging({ requestBody: 'never', responseBody: 'never' })
      .start();
    await app.post('/undefined/a', { a: 1 });
    const { request, response } = await app.storedRecord();
    expect([request.bodyOmitted, response.bodyOmitted]).to.deep.equal(['policy', 'policy']);
  });
});

describe('LoggingInterceptor by hand', () => {
  it('records the actions of its controller', async () => {
    const app = await testApp().controllers(ByHandController, ListedController).start();
    await app.get('/by-hand/a');
    await app.get('/listed/a');
    expect((await app.storedRecords()).map(({ handler }) => handler?.controller)).to.deep.equal(['ByHandController']);
  });

  it('records all controllers when it is listed, each request once', async () => {
    const app = await testApp()
      .controllers(ByHandController, ListedController, DecoratedController)
      .host({ interceptors: [LoggingInterceptor] })
      .start();
    for (const path of ['/by-hand/a', '/listed/a', '/decorated/by-id/1']) await app.get(path);
    expect((await app.storedRecords()).map(({ handler }) => handler?.controller)).to.deep.equal([
      'ByHandController',
      'ListedController',
      'DecoratedController',
    ]);
  });

  it('records failures as well, which no interceptor is asked about', async () => {
    const byHand = await testApp()
      .controllers(ByHandController, ListedController)
      .logging({ unmatched: 'none' })
      .start();
    for (const path of ['/by-hand/fails', '/by-hand/refused', '/listed/fails', '/nowhere']) await byHand.get(path);
    const recorded = await byHand.storedRecords();
    expect(recorded.map(({ request }) => request.path)).to.deep.equal(['/by-hand/fails', '/by-hand/refused']);
    const listed = await testApp()
      .controllers(ListedController)
      .logging({ unmatched: 'none' })
      .host({ interceptors: [LoggingInterceptor] })
      .start();
    await listed.get('/listed/fails');
    expect((await listed.storedRecord()).error?.message).to.equal('listed');
  });

  it('does not run because it was imported', async () => {
    @Interceptor()
    class OwnInterceptor implements InterceptorInterface {
      intercept(_action: Action, result: unknown) {
        return result;
      }
    }
    expect(getFromContainer(OwnInterceptor)).to.be.instanceOf(OwnInterceptor);
    const app = await testApp().controllers(ListedController).start();
    await app.get('/listed/a');
    expect(await app.storedRecords()).to.deep.equal([]);
  });
});

describe('logging.middleware()', () => {
  it('mounted twice records once', async () => {
    const other = createLogging({ sinks: [{ name: 'none', write: async () => {} }] });
    const app = await testApp().controllers(DecoratedController).use(other.middleware()).start();
    await app.get('/decorated/enriched');
    expect(await app.storedRecords()).to.have.length(1);
    expect(other.stats().exchanges.seen).to.equal(0);
    await other.close();
  });
});
