/** Shares of the largest batch that one success adds. */
const STEPS_TO_RECOVER = 16;

/** How many records a sink is given at a time: half as many when it says that it is overloaded, slowly more after that. */
export class BatchSize {
  #records: number;

  constructor(private readonly maxRecords: number) {
    this.#records = maxRecords;
  }

  get records(): number {
    return this.#records;
  }

  /** A write of so many records was too much. */
  overloaded(written: number): void {
    this.#records = Math.max(1, Math.floor(Math.min(written, this.#records) / 2));
  }

  stored(): void {
    this.#records = Math.min(this.maxRecords, this.#records + Math.ceil(this.maxRecords / STEPS_TO_RECOVER));
  }
}
