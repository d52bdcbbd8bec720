interface Run {
  first: number;
  count: number;
}

/** The sequences of records that lie elsewhere in the same order; those that follow one another take no room of their own. */
export class SequenceRuns {
  #runs: Run[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): number | undefined {
    return this.#runs[0]?.first;
  }

  push(sequence: number): void {
    const last = this.#runs.at(-1);
    if (last && last.first > 0 && last.first + last.count === sequence) last.count++;
    else this.#runs.push({ first: sequence, count: 1 });
    this.#length++;
  }

  /** Adds records that are older than all: their sequence is 0. */
  unshiftZeros(count: number): void {
    if (this.#runs[0]?.first === 0) this.#runs[0].count += count;
    else this.#runs.unshift({ first: 0, count });
    this.#length += count;
  }

  /** Takes the first one; 0 when there is none. */
  shift(): number {
    const run = this.#runs[0];
    if (!run) return 0;
    this.#length--;
    const sequence = run.first;
    if (sequence > 0) run.first++;
    if (--run.count === 0) this.#runs.shift();
    return sequence;
  }

  /** Takes the last ones, in their order. */
  takeLast(count: number): number[] {
    const taken: number[] = [];
    for (let run = this.#runs.at(-1); run && taken.length < count; run = this.#runs.at(-1)) {
      this.#length--;
      run.count--;
      taken.push(run.first === 0 ? 0 : run.first + run.count);
      if (run.count === 0) this.#runs.pop();
    }
    return taken.reverse();
  }
}
