import 'reflect-metadata';
import Koa, { type Middleware } from 'koa';
import type { Logging } from 'logged-controllers';
import { type RoutingControllersOptions, useKoaServer } from 'routing-controllers';
import { currentUser, mayEnter } from './access';
import { AccountsController } from './controllers/accounts-controller';
import { AdminController } from './controllers/admin-controller';
import { FilesController } from './controllers/files-controller';
import { PagesController } from './controllers/pages-controller';
import { PaymentsController } from './controllers/payments-controller';
import { ProductsController } from './controllers/products-controller';
import { UsersController } from './controllers/users-controller';
import type { Shop } from './shop';

export const SHOP_CONTROLLERS = [
  AccountsController,
  AdminController,
  FilesController,
  PagesController,
  PaymentsController,
  ProductsController,
  UsersController,
];

export const ROUTING: RoutingControllersOptions = {
  controllers: SHOP_CONTROLLERS,
  authorizationChecker: mayEnter,
  currentUserChecker: currentUser,
  // Errors travel on to the logging, which answers them by ApiErrors.
  defaultErrorHandler: false,
  // Stacks are for the records, not for clients.
  development: false,
};

export function createApp(shop: Shop, logging: Logging): Koa {
  const app = new Koa();
  // First of all, so that it sees what everything behind it refuses: bad JSON, 401, 404, a client that left.
  app.use(logging.middleware());
  app.use(enterShop(shop));
  useKoaServer(app, ROUTING);
  return app;
}

/** Gives each request its shop and, if it brings a session, its user. */
export function enterShop(shop: Shop): Middleware {
  return (context, next) => {
    context.state.shop = shop;
    context.state.user = shop.sessions.userOf(context);
    return next();
  };
}
