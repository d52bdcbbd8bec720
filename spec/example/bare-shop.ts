import 'reflect-metadata';
import Koa from 'koa';
import { useKoaServer } from 'routing-controllers';
import { visitShop } from '../../example/demo/visit-shop';
import { enterShop, ROUTING } from '../../example/shop/app';

// A process of its own, in which createLogging is never called: the shop as routing-controllers alone would run it.

async function main(): Promise<void> {
  const answers = await visitShop({ annotate() {} }, shop => {
    const app = new Koa();
    app.use(enterShop(shop));
    useKoaServer(app, { ...ROUTING, defaultErrorHandler: true });
    return app;
  });
  process.send!(answers);
}

void main();
