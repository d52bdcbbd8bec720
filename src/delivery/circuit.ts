import type { SinkFailureKind } from '../errors';
import { Backoff } from './backoff';
import type { ResolvedDeliveryOptions } from './delivery-options';

/**
 * Whether a sink is worth a whole batch: `closed` while it works, `open` while nothing is attempted, `half-open` while a
 * small write finds out whether it works again.
 */
export type CircuitState = 'closed' | 'open' | 'half-open';

type CircuitOptions = Pick<ResolvedDeliveryOptions, 'circuitFailures' | 'retryMinDelayMs' | 'retryMaxDelayMs'>;

/** Counts failures in a row, and says how long to leave a failing sink alone. It owns no timer: its lane waits. */
export class Circuit {
  readonly #backoff: Backoff;
  #state: CircuitState = 'closed';
  #failures = 0;

  constructor(
    private readonly options: CircuitOptions,
    random: () => number,
  ) {
    this.#backoff = new Backoff(options, random);
  }

  get state(): CircuitState {
    return this.#state;
  }

  /** The wait is over and the sink is tried again. */
  attempt(): void {
    if (this.#state === 'open') this.#state = 'half-open';
  }

  succeeded(): void {
    this.#state = 'closed';
    this.#failures = 0;
    this.#backoff.reset();
  }

  /** Notes a failed attempt. Returns the least wait before the next, in milliseconds. */
  failed(kind: SinkFailureKind, retryAfterMs: number): number {
    this.#failures++;
    const isHopeless = kind === 'configuration';
    if (isHopeless || this.#state === 'half-open' || this.#failures >= this.options.circuitFailures) {
      this.#state = 'open';
    }
    return Math.max(retryAfterMs, isHopeless ? this.options.retryMaxDelayMs : this.#backoff.nextDelayMs());
  }

  /** Starts the waits anew. */
  hurry(): void {
    this.#backoff.reset();
  }
}
