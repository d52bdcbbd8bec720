const QUICK_MS = 30_000;
const MAX_QUICK_CRASHES = 5;
const MIN_WAIT_MS = 50;

/** Decides when the next worker is started, and when no more are. */
export class RestartPolicy {
  #quickCrashes = 0;

  /** The wait for the next worker in milliseconds; `undefined` when workers end so soon that another makes no sense. */
  afterCrash(ageMs: number): number | undefined {
    this.#quickCrashes = ageMs < QUICK_MS ? this.#quickCrashes + 1 : 1;
    if (this.#quickCrashes === MAX_QUICK_CRASHES) return undefined;
    return this.#quickCrashes === 1 ? 0 : MIN_WAIT_MS * 2 ** (this.#quickCrashes - 2);
  }
}
