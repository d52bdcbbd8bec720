/** Runs the steps of a check one after the other and prints one line each: `ok` or `FAILED`, with the reason. */
export class Steps {
  #results = new Map();
  #failed = [];

  /**
   * @param name printed, and what later steps call it by
   * @param needs names of steps without which this one cannot be tried
   * @param action gives the step's result; may return `{ note }` to print beside the name
   */
  async step(name, needs, action) {
    const missing = needs.find(need => !this.#results.has(need));
    if (missing) return this.#fail(name, `not tried, because "${missing}" failed`);
    const start = performance.now();
    try {
      const result = (await action(...needs.map(need => this.#results.get(need)))) ?? {};
      this.#results.set(name, result);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`ok      ${name}${result.note ? `: ${result.note}` : ''} (${seconds} s)`);
    } catch (error) {
      this.#fail(name, error instanceof Error ? error.message : String(error));
    }
  }

  #fail(name, reason) {
    this.#failed.push(name);
    console.log(`FAILED  ${name}: ${reason.trim().replaceAll('\n', '\n        ')}`);
  }

  /** Prints the sum and sets the exit code. */
  end() {
    const count = this.#results.size + this.#failed.length;
    console.log(`${count} steps, ${this.#failed.length} failed`);
    if (this.#failed.length > 0 || count === 0) process.exitCode = 1;
  }
}
