import type { GeneratedApp } from './generated-app';

/** Which application a server runs; told to another process, so it is data only. */
export type AppSettings = { readonly name: 'orders' } | { readonly name: 'letters' } | GeneratedApp;

export type Controllers = readonly (new () => object)[];

/** Loads the application and no other: what it imports is part of its start-up time. */
export async function controllersOf(app: AppSettings): Promise<Controllers> {
  switch (app.name) {
    case 'orders':
      return [(await import('./orders-app.js')).OrdersController];
    case 'letters':
      return [(await import('./letters-app.js')).LettersController];
    case 'generated':
      return (await import('./generated-app.js')).generateControllers(app);
  }
}
