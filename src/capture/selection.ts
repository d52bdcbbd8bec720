import type { SelectionOptions } from '../decorators/selection-options';
import type { ActionBinding } from './action-binding';
import type { Exchange } from './exchange';

/** What becomes of requests that reach no logged action. */
export type UnmatchedPolicy = 'errors' | 'all' | 'none';

/** The rules in force for one action. */
export interface Selection extends SelectionOptions {
  /** `off`: never; `on`: by the rules; `unmatched`: by the policy for requests that reach no logged action. */
  readonly scope: 'on' | 'off' | 'unmatched';
}

/** Rules of an action: its own over those of `createLogging`. */
export function selectionFor(binding: ActionBinding | undefined, defaults: SelectionOptions): Selection {
  if (binding?.logged === undefined) return { ...defaults, scope: 'unmatched' };
  if (binding.logged === false) return { ...defaults, scope: 'off' };
  return { ...defaults, ...binding.logged, scope: 'on' };
}

/**
 * How many requests the record of an exchange stands for; 0 when it is not to be recorded, `shed` when only the load
 * forbids it. Failures and slow requests are always kept and so stand for themselves alone.
 *
 * @param share of the requests that sampling would keep: less than 1 under load
 */
export function sampleWeight(
  exchange: Exchange,
  selection: Selection,
  unmatched: UnmatchedPolicy,
  random: () => number,
  share = 1,
): number | 'shed' {
  if (selection.scope === 'off') return 0;
  const { hasFailed } = exchange;
  if (selection.scope === 'unmatched' && !exchange.isRequested && unmatched !== 'all') {
    return unmatched === 'errors' && hasFailed ? 1 : 0;
  }
  const { sample = 1, slowMs = Infinity } = selection;
  const kept = sample * share;
  if (kept === 1 || hasFailed || exchange.durationMs >= slowMs) return 1;
  const draw = random();
  if (draw < kept) return 1 / kept;
  return draw < sample ? 'shed' : 0;
}
