import 'reflect-metadata';
import { Writable } from 'node:stream';
import Koa from 'koa';
import { Body, Ctx, Get, JsonController, Param, Post, useKoaServer } from 'routing-controllers';
import { consoleSink, createLogging, Logged, Sensitive } from 'logged-controllers';
import { Type } from 'class-transformer';

// Decorators by hand, as the compiler would call them: this file runs as it is.
const decorate = (target, member, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(target, member);
  for (const decorator of decorators) decorator(target, member, descriptor);
};

class Order {}
decorate(Order.prototype, 'motto', Sensitive());

class Page {
  constructor(items) {
    this.items = items.map(item => Object.assign(new Order(), item));
  }
}
decorate(
  Page.prototype,
  'items',
  Type(() => Order),
);

function controllerOf(script) {
  class Shop {
    act(context) {
      return script.answer(context);
    }
    order(_body, context) {
      return script.answer(context);
    }
    form(_body, context) {
      return script.answer(context);
    }
    reset(_token, context) {
      return script.answer(context);
    }
  }
  decorate(Shop.prototype, 'act', target => Ctx()(target, 'act', 0), Get('/act'));
  for (const [action, path] of [
    ['order', '/orders'],
    ['form', '/form'],
  ]) {
    Body({ type: Order, validate: false })(Shop.prototype, action, 0);
    Ctx()(Shop.prototype, action, 1);
    decorate(Shop.prototype, action, Post(path));
  }
  Param('token')(Shop.prototype, 'reset', 0);
  Ctx()(Shop.prototype, 'reset', 1);
  decorate(Shop.prototype, 'reset', Get('/reset/:token'));
  JsonController()(Shop);
  Logged()(Shop);
  return Shop;
}

/** logged-controllers: one decorator per class and per sensitive property, no options but the sink. */
export async function startOurs(behaviour) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const logging = createLogging({ sinks: [consoleSink({ format: 'json', stream })], unmatched: 'all', onError() {} });
  const app = new Koa();
  app.silent = true;
  app.use(logging.middleware());
  const script = {
    answer(context) {
      const { body, headers = {} } = behaviour();
      context.set(headers);
      return Array.isArray(body.items) ? new Page(body.items) : body;
    },
  };
  useKoaServer(app, { controllers: [controllerOf(script)], defaultErrorHandler: false });
  return {
    handle: app.callback(),
    async stop() {
      await logging.close();
      return text;
    },
  };
}
