import Koa from 'koa';
import { useKoaServer } from 'routing-controllers';
import { createLogging } from '../../../src';
import { PaymentsController } from '../shop-controllers';

console.log('starting'); // must not get into the report

const logging = createLogging();
export const app = new Koa();
app.use(logging.middleware());
useKoaServer(app, { controllers: [PaymentsController], defaultErrorHandler: false });

// A server that keeps running, on a port that is taken while the specs run.
app.listen(Number(process.env['TAKEN_PORT']));
setInterval(() => {}, 1_000);
