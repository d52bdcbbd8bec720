/** Takes rejections that nobody handles, which would end the process or fail another test. */
export class RejectionWatch {
  readonly #others = process.listeners('unhandledRejection');
  #count = 0;
  readonly #note = (): void => void this.#count++;

  start(): void {
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', this.#note);
  }

  /** How many there were. Gives way to the listeners of before. */
  async stop(): Promise<number> {
    // Node tells of them after the promise callbacks of a turn; two turns, for what the first one leads to.
    for (let turn = 0; turn < 2; turn += 1) await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', this.#note);
    for (const listener of this.#others) process.on('unhandledRejection', listener);
    return this.#count;
  }
}
