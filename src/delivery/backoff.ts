import type { DeliveryOptions } from './delivery-options';

type BackoffLimits = Pick<Required<DeliveryOptions>, 'retryMinDelayMs' | 'retryMaxDelayMs'>;

/**
 * Waits between attempts. The upper bound doubles with each failure, and the wait is drawn evenly from everything between
 * `retryMinDelayMs` and that bound (full jitter), so that many processes do not come back to a sink at the same moment.
 */
export class Backoff {
  #failures = 0;

  constructor(
    private readonly limits: BackoffLimits,
    private readonly random: () => number,
  ) {}

  /** The wait after one more failure, in milliseconds. */
  nextDelayMs(): number {
    const { retryMinDelayMs, retryMaxDelayMs } = this.limits;
    const bound = Math.min(retryMaxDelayMs, retryMinDelayMs * 2 ** ++this.#failures);
    return retryMinDelayMs + this.random() * (bound - retryMinDelayMs);
  }

  reset(): void {
    this.#failures = 0;
  }
}
