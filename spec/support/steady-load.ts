import type { NumberedClient } from './numbered-client';

const TICK_MS = 5;
const MOST_OPEN = 64;

/** Sends numbered requests at a steady rate, and remembers which of them were answered. */
export class SteadyLoad {
  /** The requests that were answered, by number: when, in milliseconds that only go forward, and by which process. */
  readonly answered = new Map<number, { readonly at: number; readonly pid: number }>();
  #next: number;
  /** Requests without an answer yet. */
  open = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: NumberedClient,
    from: number,
    private readonly perSecond: number,
  ) {
    this.#next = from;
  }

  /** The number after the last one that was sent. */
  get next(): number {
    return this.#next;
  }

  start(): void {
    const perTick = (this.perSecond * TICK_MS) / 1_000;
    this.#timer = setInterval(() => {
      for (let sent = 0; sent < perTick && this.open < MOST_OPEN; sent++) void this.#send(this.#next++);
    }, TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #send(number: number): Promise<void> {
    this.open++;
    try {
      const pid = await this.client.work(number);
      this.answered.set(number, { at: performance.now(), pid });
    } catch {
      // The process was killed before it answered: nothing is owed for this request.
    }
    this.open--;
  }
}
