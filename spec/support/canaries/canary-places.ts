import type { CanaryPlace } from './canary-place';
import { ERROR_PLACES } from './error-places';
import { HOOK_PLACES } from './hook-places';
import { REQUEST_PLACES } from './request-places';
import { RESPONSE_PLACES } from './response-places';

/** Every place that the documentation promises something of. */
export const CANARY_PLACES: readonly CanaryPlace[] = [
  ...REQUEST_PLACES,
  ...RESPONSE_PLACES,
  ...ERROR_PLACES,
  ...HOOK_PLACES,
];
