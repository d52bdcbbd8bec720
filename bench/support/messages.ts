import type { ServerUse } from './measurement';

/** What the bench asks of a server process. `end` makes it flush all records first and tell what it used. */
export type Order = 'begin' | 'end' | 'close';

/** What a server process answers. */
export type Answer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'begun' }
  | { readonly kind: 'used'; readonly use: ServerUse };
