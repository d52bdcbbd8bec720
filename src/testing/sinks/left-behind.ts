import { createHook, type AsyncHook } from 'node:async_hooks';

/** Notices timers that are still set, and whatever else keeps the process alive. */
export class LeftBehind {
  readonly #timers = new Set<number>();
  readonly #hook: AsyncHook;
  #aliveBefore: readonly string[] = [];

  constructor() {
    this.#hook = createHook({
      init: (id, type) => void (type === 'Timeout' && this.#timers.add(id)),
      destroy: id => void this.#timers.delete(id),
    });
  }

  start(): void {
    this.#aliveBefore = process.getActiveResourcesInfo();
    this.#hook.enable();
  }

  /** What was not there at the start. Waits `patienceMs` for what goes away by itself. */
  async find(patienceMs: number): Promise<readonly string[]> {
    const giveUpAt = performance.now() + patienceMs;
    let left: readonly string[];
    do {
      // Without a timer of its own, which would count.
      await new Promise(resolve => setImmediate(resolve));
      left = [...this.#timersLeft(), ...this.#keptAlive()];
    } while (left.length > 0 && performance.now() < giveUpAt);
    this.#hook.disable();
    return left;
  }

  #timersLeft(): readonly string[] {
    return this.#timers.size === 0 ? [] : [`timers (${this.#timers.size})`];
  }

  #keptAlive(): readonly string[] {
    const before = [...this.#aliveBefore];
    return process.getActiveResourcesInfo().filter(name => {
      if (name === 'Timeout' || name === 'Immediate') return false;
      const place = before.indexOf(name);
      if (place >= 0) before.splice(place, 1);
      return place < 0;
    });
  }
}
