import type { Context } from 'koa';

/** One place where a secret can turn up. */
export interface CanaryPlace {
  /** Links of the table in docs/redaction.md carry it. */
  readonly channel: string;
  readonly name: string;
  readonly request: Make<CanaryRequest>;
  /** What the action does. */
  readonly act?: Act;
  /** Which of the application's own functions tells the secret. */
  readonly hook?: CanaryHook;
  /** Even without redaction nothing of it is recorded. */
  readonly isNeverRead?: true;
  /** The answer quotes what was sent, and must leave the secret out as well. */
  readonly isAnswerClean?: true;
}

export interface CanaryRequest {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  /** The whole request, for what no client library sends. */
  readonly raw?: string;
}

export type CanaryHook =
  'onRequest' | 'onResponse' | 'onRecord' | 'annotate' | 'identify' | 'failing hooks' | 'failing handler';

export type Make<Made> = (canary: string) => Made;
export type Act = (canary: string, context: Context) => unknown;
export type Rest = Pick<CanaryPlace, 'act' | 'hook' | 'isNeverRead' | 'isAnswerClean'>;

export const NEVER_READ: Rest = { isNeverRead: true };

/** Names the channel once for several places. */
export function channel(name: string, ...places: readonly Omit<CanaryPlace, 'channel'>[]): CanaryPlace[] {
  return places.map(place => ({ channel: name, ...place }));
}

export const place = (name: string, request: Make<CanaryRequest>, rest: Rest = {}): Omit<CanaryPlace, 'channel'> => ({
  name,
  request,
  ...rest,
});

export const json = (path: string, body: unknown, headers: Record<string, string> = {}): CanaryRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** A request of which only what the action does with it matters. */
export const plainRequest = (): CanaryRequest => ({ path: '/act' });
