import { closest } from 'fastest-levenshtein';
import type { ActionBinding } from '../capture/action-binding';
import { LoggingError } from '../errors';
import { MIN_SENTINEL_LENGTH, type Sentinel } from './sentinel';

/** The fields that a test calls secret by their names, whatever marks and names in the application say. */
export class NamedSecrets {
  readonly #routes: ReadonlySet<string>;
  readonly #seen = new Set<string>();

  /** @throws {@link LoggingError} `OPTION_INVALID` for one whose route the application does not have */
  constructor(
    readonly ids: ReadonlySet<string>,
    actions: readonly ActionBinding[],
  ) {
    this.#routes = new Set(actions.map(routeOf));
    for (const id of ids) this.#requireRoute(id);
  }

  noteSeen(id: string): void {
    this.#seen.add(id);
  }

  /** Named secrets of an action for which nothing was looked for, with the reason. */
  *unseen(action: ActionBinding, sentinels: readonly Sentinel[]): Generator<{ field: string; reason: string }> {
    const route = routeOf(action);
    for (const id of this.ids) {
      if (!id.startsWith(`${route} `) || this.#seen.has(id)) continue;
      if (sentinels.some(sentinel => sentinel.route === route && isSeenIn(id, sentinel))) continue;
      const reason = id.startsWith(`${route} response`)
        ? `no response had a value of it with ${MIN_SENTINEL_LENGTH} characters or more; correct its name in ` +
          'options.secrets if the response calls it something else'
        : 'no request carried it; correct its name in options.secrets, or give it a value in options.samples';
      yield { field: id, reason };
    }
  }

  #requireRoute(id: string): void {
    const route = id.slice(0, id.lastIndexOf(' '));
    if (this.#routes.has(route)) return;
    const hint = this.#routes.size === 0 ? '' : ` Did you mean "${closest(route, [...this.#routes])}"?`;
    throw new LoggingError(
      'OPTION_INVALID',
      `leakTest() secrets has "${id}", and the application has no route "${route}".${hint} ` +
        'Secrets are named like "POST /payments body.card.number".',
    );
  }
}

function routeOf({ method, route }: ActionBinding): string {
  return `${method} ${route}`;
}

/** Also when something around it is sensitive as a whole, which is what its sentinel is then noted under. */
function isSeenIn(id: string, { route, field, spot }: Sentinel): boolean {
  if (id === field || id.startsWith(`${field}.`)) return true;
  return spot !== null && id === `${route} ${spot.place}.${spot.path}`;
}
