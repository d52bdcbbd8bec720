import type { Exchange } from './exchange';

export interface PendingLimits {
  readonly maxPendingExchanges: number;
  readonly maxPendingBytes: number;
}

// Measured: an order of 260 characters, answered with 840, kept 7.8 KB in memory, a list of 16.8 KB kept 48.6 KB. What Koa
// and Node know of a request makes up the first part, and each body lives on as the objects of which it is the text.
const ENVELOPE_BYTES = 6_144;
const BYTES_PER_CHARACTER = 2.5;

// Measured (docs/decisions/0006): what is more than this is still there when the garbage collector comes, again and again.
const GATHERED_BYTES = 256 * 1024;
const GATHERED_SHARE = 0.25;

/** What a closed exchange keeps in memory, estimated by the texts of its bodies: nothing is walked to count it. */
function heldBytes({ context, sentBody }: Exchange): number {
  const { rawBody } = context.request as { readonly rawBody?: unknown };
  const characters = (typeof rawBody === 'string' ? rawBody.length : 0) + (sentBody?.length ?? 0);
  return ENVELOPE_BYTES + BYTES_PER_CHARACTER * characters;
}

/** Closed exchanges waiting to become records, first in, first out, bounded by count and by bytes. */
export class PendingExchanges {
  // Taken from one list while the other grows, so that no list has to be moved.
  #leaving: (Exchange | undefined)[] = [];
  #arriving: (Exchange | undefined)[] = [];
  #next = 0;
  #bytes = 0;

  constructor(private readonly limits: PendingLimits) {}

  get length(): number {
    return this.#leaving.length - this.#next + this.#arriving.length;
  }

  /** How near its limits it is: 0 when empty, 1 when there is no room. */
  get fill(): number {
    const { maxPendingExchanges, maxPendingBytes } = this.limits;
    return Math.max(this.length / maxPendingExchanges, this.#bytes / maxPendingBytes);
  }

  /** Whether so much waits that more should not be let gather. */
  get hasGathered(): boolean {
    return this.#bytes > GATHERED_BYTES || this.fill > GATHERED_SHARE;
  }

  /** Returns whether there was room; a single exchange always finds some. */
  add(exchange: Exchange): boolean {
    const { maxPendingExchanges, maxPendingBytes } = this.limits;
    const bytes = heldBytes(exchange);
    if (this.length >= maxPendingExchanges) return false;
    if (this.#bytes + bytes > maxPendingBytes && this.length > 0) return false;
    exchange.pendingBytes = bytes;
    this.#bytes += bytes;
    this.#arriving.push(exchange);
    return true;
  }

  /** Removes all. Returns how many there were. */
  clear(): number {
    const { length } = this;
    this.#leaving = [];
    this.#arriving = [];
    this.#next = this.#bytes = 0;
    return length;
  }

  /** Removes the one that has waited longest; there must be one. */
  take(): Exchange {
    if (this.#next === this.#leaving.length) {
      this.#leaving = this.#arriving;
      this.#arriving = [];
      this.#next = 0;
    }
    const exchange = this.#leaving[this.#next]!;
    // Cleared at once, so that it is not held until the list is empty.
    this.#leaving[this.#next++] = undefined;
    this.#bytes -= exchange.pendingBytes;
    return exchange;
  }
}
