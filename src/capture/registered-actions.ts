import type Koa from 'koa';
import type { Middleware } from 'koa';
import { type ActionMetadata, createExecutor, getMetadataArgsStorage, KoaDriver } from 'routing-controllers';
import { type ActionBinding, bindAction } from './action-binding';

/** Under this key a Koa application carries the actions that the host registered in it. */
const ACTIONS = Symbol.for('logged-controllers:actions');
/** Under this key a middleware names its `Logging` and the applications it is mounted on. */
const MOUNTED = Symbol.for('logged-controllers:mounted');

/** A `Logging`, and the applications that are known to use it. */
export interface Mounted<Logging = object> {
  readonly logging: Logging;
  readonly apps: Set<Koa>;
}

interface Noted {
  [ACTIONS]?: ActionBinding[];
}

/** Makes the middleware know on which applications the host registers actions behind it. */
export function tellApps(middleware: Middleware, mounted: Mounted): Middleware {
  return Object.assign(middleware, { [MOUNTED]: mounted });
}

function mountedOn(app: Koa): Mounted[] {
  return app.middleware.flatMap(middleware => (middleware as { [MOUNTED]?: Mounted })[MOUNTED] ?? []);
}

/** The `Logging` whose middleware an application uses. */
export function loggingOf(app: Koa): object | undefined {
  return mountedOn(app)[0]?.logging;
}

/** Keeps an action with its application, which may have no logging yet. */
export function noteAction(app: Koa, binding: ActionBinding): void {
  const noted = app as Noted;
  if (noted[ACTIONS]) noted[ACTIONS].push(binding);
  else Object.defineProperty(app, ACTIONS, { value: [binding] });
  for (const { apps } of mountedOn(app)) apps.add(app);
}

/** The actions of one application, in the order of their registration. */
export function actionsOf(app: Koa): readonly ActionBinding[] {
  return (app as Noted)[ACTIONS] ?? [];
}

/** Takes actions as an application does, and serves nothing. */
class ReadingDriver extends KoaDriver {
  readonly actions: ActionBinding[] = [];

  override initialize(): void {}

  override registerAction(metadata: ActionMetadata): void {
    this.actions.push(bindAction(this, metadata, false));
  }

  override registerRoutes(): void {}

  override registerMiddleware(): void {}
}

/** The actions of all controllers that this process has loaded, without the prefix of any application. */
export function loadedActions(): readonly ActionBinding[] {
  const driver = new ReadingDriver();
  const controllers = getMetadataArgsStorage().controllers.map(({ target }) => target);
  if (controllers.length === 0) return [];
  createExecutor(driver, { controllers, defaultErrorHandler: false });
  return driver.actions;
}
