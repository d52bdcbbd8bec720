import { OrdersController } from './orders-app';

/** Which application a server runs; told to another process, so it is data only. */
export type AppSettings = { readonly name: 'orders' };

export function controllersOf(_app: AppSettings): readonly (new () => object)[] {
  return [OrdersController];
}
