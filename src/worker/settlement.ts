interface Waiter {
  readonly upTo: number;
  readonly resolve: () => void;
}

/** Counts what was taken and of how much of it the fate is known, and lets others wait for that. */
export class Settlement {
  #taken = 0;
  #settled = 0;
  #waiters: Waiter[] = [];

  get pending(): number {
    return this.#taken - this.#settled;
  }

  take(): void {
    this.#taken++;
  }

  settle(count: number): void {
    this.#settled += count;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ upTo }) => upTo > this.#settled);
    for (const { upTo, resolve } of waiters) if (upTo <= this.#settled) resolve();
  }

  /** Settles what is left. Returns how much that was. */
  settleRest(): number {
    const { pending } = this;
    this.settle(pending);
    return pending;
  }

  /** Resolves when all that was taken before this call is settled. */
  allTaken(): Promise<void> {
    const upTo = this.#taken;
    if (this.#settled >= upTo) return Promise.resolve();
    return new Promise(resolve => this.#waiters.push({ upTo, resolve }));
  }
}
