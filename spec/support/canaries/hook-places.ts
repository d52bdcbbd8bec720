import { type CanaryHook, type CanaryPlace, channel, place } from './canary-place';

/** The secret is that of the request, too: what a hook tells of a user has no name that a rule could know. */
const hook = (name: string, which: CanaryHook) =>
  place(name, canary => ({ path: '/act', headers: { authorization: `Bearer ${canary}` } }), { hook: which });

/** Secrets that the application's own functions tell. */
export const HOOK_PLACES: readonly CanaryPlace[] = [
  ...channel(
    'attributes',
    hook('of onRequest', 'onRequest'),
    hook('of onResponse', 'onResponse'),
    hook('of onRecord', 'onRecord'),
    hook('of annotate()', 'annotate'),
  ),
  ...channel('the user', hook('of identify', 'identify')),
  ...channel('functions of yours that fail', hook('hooks', 'failing hooks')),
];
