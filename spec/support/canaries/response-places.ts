import { Account, Parcel, Street, streamOf } from './canary-controller';
import { type Act, type CanaryPlace, channel, NEVER_READ, place, plainRequest, type Rest } from './canary-place';

const response = (name: string, act: Act, rest: Rest = {}) => place(name, plainRequest, { act, ...rest });

const header = (name: string, headerName: string, value: (canary: string) => string | string[]) =>
  response(name, (canary, context) => {
    context.set(headerName, value(canary));
    return {};
  });

const street = (lane: string): Street => Object.assign(new Street(), { lane, town: 'Bath' });
const account = (values: Partial<Account>): Account => Object.assign(new Account(), values);

/** Secrets that an application answers. */
export const RESPONSE_PLACES: readonly CanaryPlace[] = [
  ...channel(
    'responses',
    response('an object of a marked class', canary => account({ motto: canary })),
    response('objects in a page', canary => ({ total: 1, items: [account({ street: street(canary) })] })),
    response('objects in a map', canary => new Map([['Bath', street(canary)]])),
    response('an object of a class that is marked as a whole', canary => ({
      it: Object.assign(new Parcel(), { content: canary }),
    })),
    response('a marked class where none is declared', canary => account({ anything: [street(canary)] })),
    response('a property under its exposed name', canary => account({ renamed: canary })),
    response('no class, a listed name', canary => ({ accessToken: canary })),
    response('plain text', (canary, context) => Object.assign(context, { body: `token ${canary}` }), NEVER_READ),
    response(
      'JSON that cannot be parsed',
      (canary, context) => Object.assign(context, { type: 'json', body: `{"token":"${canary}"` }),
      NEVER_READ,
    ),
    response('a stream', canary => streamOf(canary), NEVER_READ),
    response('bytes', canary => Buffer.from(canary), NEVER_READ),
  ),
  ...channel(
    'response headers',
    header('a name that ends like a listed one', 'x-csrf-token', canary => canary),
    header('an address in Refresh', 'refresh', canary => `0; url=/next?token=${canary}`),
    header('an address in Link', 'link', canary => `</a?access_token=${canary}>; rel=next`),
  ),
  ...channel(
    'Set-Cookie',
    header('one', 'set-cookie', canary => `sid=${canary}; Path=/; HttpOnly`),
    header('several', 'set-cookie', canary => ['theme=dark', `sid=${canary}; Path=/`]),
  ),
  ...channel(
    'redirects',
    header('the query of Location', 'location', canary => `https://me.example/cb?code=1&id_token=${canary}`),
    header('the fragment of Location', 'location', canary => `https://me.example/cb#id_token=${canary}`),
    header('the password in Location', 'location', canary => `https://me:${canary}@me.example/`),
    place('by @Redirect', canary => ({ path: `/redirected?to=${canary}` })),
  ),
];
