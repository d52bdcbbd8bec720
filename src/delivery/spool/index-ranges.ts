/** From `from`, included, to `to`, excluded. */
export interface IndexRange {
  readonly from: number;
  readonly to: number;
}

/** A set of whole numbers that mostly follow one another, kept as ranges. */
export class IndexRanges {
  /** In order, and never touching. */
  #ranges: IndexRange[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a range, and returns which parts of it are new. */
  add({ from, to }: IndexRange): readonly IndexRange[] {
    if (from >= to) return [];
    const first = this.#firstEndingAtOrAfter(from);
    let last = first;
    let free = from;
    const added: IndexRange[] = [];
    for (; last < this.#ranges.length && this.#ranges[last]!.from <= to; last++) {
      const met = this.#ranges[last]!;
      if (met.from > free) added.push({ from: free, to: met.from });
      free = Math.max(free, met.to);
    }
    if (free < to) added.push({ from: free, to });
    const merged = { from: Math.min(from, this.#ranges[first]?.from ?? from), to: Math.max(to, free) };
    this.#ranges.splice(first, last - first, last > first ? merged : { from, to });
    for (const range of added) this.#size += range.to - range.from;
    return added;
  }

  has(index: number): boolean {
    const range = this.#ranges[this.#firstEndingAtOrAfter(index + 1)];
    return range !== undefined && range.from <= index;
  }

  /** How many numbers of the range are not in the set. */
  missingIn({ from, to }: IndexRange): number {
    let missing = Math.max(0, to - from);
    for (let place = this.#firstEndingAtOrAfter(from); place < this.#ranges.length; place++) {
      const range = this.#ranges[place]!;
      if (range.from >= to) break;
      missing -= Math.max(0, Math.min(range.to, to) - Math.max(range.from, from));
    }
    return missing;
  }

  clear(): void {
    this.#ranges = [];
    this.#size = 0;
  }

  [Symbol.iterator](): Iterator<IndexRange> {
    return this.#ranges[Symbol.iterator]();
  }

  #firstEndingAtOrAfter(index: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]!.to < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
